-- Load by wrk: the requests of a file in turn, whoever asks for the next.
--
--   wrk -t1 -c64 -d4s -s bench/load.lua http://127.0.0.1:8000 -- REQUESTS
--
-- REQUESTS holds whole HTTP requests, a NUL between two of them. What was seen is one JSON object
-- on the last line, of the fields of `Measured` in load.py.

local threads, requests, place = {}, {}, 0

function setup(thread)
  threads[#threads + 1] = thread
end

function init(arguments)
  accepted, refused = 0, 0
  for each in io.open(arguments[1], "rb"):read("*a"):gmatch("%Z+") do
    requests[#requests + 1] = each
  end
end

function request()
  place = place % #requests + 1
  return requests[place]
end

function response(status)
  if status >= 200 and status < 300 then
    accepted = accepted + 1
  else
    refused = refused + 1
  end
end

function done(summary, latency)
  local errors, taken, failed = summary.errors, 0, 0
  for _, thread in ipairs(threads) do
    taken = taken + thread:get("accepted")
    failed = failed + thread:get("refused")
  end
  failed = failed + errors.connect + errors.read + errors.write
  print(string.format(
    '{"accepted":%d,"failed":%d,"seconds":%.6f,"p50":%.3f,"p99":%.3f}',
    taken, failed, summary.duration / 1e6,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3
  ))
end
