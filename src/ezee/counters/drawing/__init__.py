"""Drawing a counter: from a face to an SVG, PNG or GIF. Pure: no files, no fonts, no web."""
