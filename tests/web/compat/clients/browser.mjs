// The clients that are for browsers, as a page's own bundle has them, under one name.
import { init, track } from "@plausible-analytics/tracker";
import Matomo from "matomo-tracker-react-native/src/MatomoTracker.js";
import Plausible from "plausible-tracker";

window.clients = { init, track, Plausible, Matomo };
