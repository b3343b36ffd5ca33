package pdf

import (
	"math"
	"strconv"
	"strings"

	"samtjanst/platform/fault"
)

// colour is sRGB, each part 0 to 1.
type colour struct{ r, g, b float64 }

var (
	ink   = colour{0.11, 0.11, 0.13} // text
	faint = colour{0.36, 0.37, 0.40} // labels, header and footer: 6.6:1 against white
	hair  = colour{0.82, 0.83, 0.85} // rules
	blue  = colour{0.05, 0.22, 0.42} // the theme when none is given
)

// parseColour reads "#rrggbb"; empty is the default.
func parseColour(s string) (colour, error) {
	if s == "" {
		return blue, nil
	}
	hex, ok := strings.CutPrefix(s, "#")
	v, err := strconv.ParseUint(hex, 16, 32)
	if !ok || err != nil || len(hex) != 6 {
		return colour{}, fault.Newf("pdf.Render", fault.Invalid, "theme colour %q is not #rrggbb", s)
	}
	return colour{float64(v>>16&255) / 255, float64(v>>8&255) / 255, float64(v&255) / 255}, nil
}

// readable darkens a colour until it has a contrast of 4.5:1 against white (WCAG 2.2, 1.4.3).
func (c colour) readable() colour {
	for c.contrast() < 4.5 {
		c.r, c.g, c.b = c.r*0.95, c.g*0.95, c.b*0.95
	}
	return c
}

// tint is the colour mixed with white; 0 is white.
func (c colour) tint(share float64) colour {
	mix := func(v float64) float64 { return 1 - (1-v)*share }
	return colour{mix(c.r), mix(c.g), mix(c.b)}
}

// contrast against white.
func (c colour) contrast() float64 {
	lin := func(v float64) float64 {
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 1.05 / (0.2126*lin(c.r) + 0.7152*lin(c.g) + 0.0722*lin(c.b) + 0.05)
}

// linkColour is the colour of a link in text of a colour: links are told from text by their underline, so the colour
// need not differ.
func linkColour(text colour) colour {
	if text == ink {
		return colour{0.02, 0.27, 0.55}
	}
	return text
}
