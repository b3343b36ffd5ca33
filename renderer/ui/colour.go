package ui

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// colour is an sRGB colour, each channel 0–1.
type colour struct{ r, g, b float64 }

var white = colour{1, 1, 1}

// parseColour reads "#1f6b3a".
func parseColour(s string) (colour, error) {
	hex, ok := strings.CutPrefix(s, "#")
	n, err := strconv.ParseUint(hex, 16, 32)
	if !ok || len(hex) != 6 || err != nil {
		return colour{}, fmt.Errorf("%q is not a colour; write it as #1f6b3a", s)
	}
	return colour{float64(n>>16) / 255, float64(n>>8&255) / 255, float64(n&255) / 255}, nil
}

func (c colour) String() string {
	b := func(v float64) int { return int(math.Round(v * 255)) }
	return fmt.Sprintf("#%02x%02x%02x", b(c.r), b(c.g), b(c.b))
}

// luminance is the relative luminance of WCAG 2.2.
func (c colour) luminance() float64 {
	return 0.2126*linear(c.r) + 0.7152*linear(c.g) + 0.0722*linear(c.b)
}

// contrast is the contrast ratio of WCAG 2.2, 1–21.
func contrast(a, b colour) float64 {
	x, y := a.luminance(), b.luminance()
	if x < y {
		x, y = y, x
	}
	return (x + 0.05) / (y + 0.05)
}

func linear(v float64) float64 {
	if v <= 0.04045 {
		return v / 12.92
	}
	return math.Pow((v+0.055)/1.055, 2.4)
}

func gamma(v float64) float64 {
	if v <= 0.0031308 {
		return v * 12.92
	}
	return 1.055*math.Pow(v, 1/2.4) - 0.055
}

// oklch is a colour by lightness, chroma and hue as the eye has them (Ottosson 2020), so that shades of one accent keep
// its hue.
type oklch struct{ l, c, h float64 }

func (c colour) oklch() oklch {
	r, g, b := linear(c.r), linear(c.g), linear(c.b)
	l := math.Cbrt(0.4122214708*r + 0.5363325363*g + 0.0514459929*b)
	m := math.Cbrt(0.2119034982*r + 0.6806995451*g + 0.1073969566*b)
	s := math.Cbrt(0.0883024619*r + 0.2817188376*g + 0.6299787005*b)
	lab := [3]float64{
		0.2104542553*l + 0.7936177850*m - 0.0040720468*s,
		1.9779984951*l - 2.4285922050*m + 0.4505937099*s,
		0.0259040371*l + 0.7827717662*m - 0.8086757660*s,
	}
	return oklch{lab[0], math.Hypot(lab[1], lab[2]), math.Atan2(lab[2], lab[1])}
}

// colour gives the nearest colour that a stylesheet can say.
func (o oklch) colour() colour {
	a, b := o.c*math.Cos(o.h), o.c*math.Sin(o.h)
	l := cube(o.l + 0.3963377774*a + 0.2158037573*b)
	m := cube(o.l - 0.1055613458*a - 0.0638541728*b)
	s := cube(o.l - 0.0894841775*a - 1.2914855480*b)
	c := colour{
		gamma(4.0767416621*l - 3.3077115913*m + 0.2309699292*s),
		gamma(-1.2684380046*l + 2.6097574011*m - 0.3413193965*s),
		gamma(-0.0041960863*l - 0.7034186147*m + 1.7076147010*s),
	}
	sayable := func(v float64) float64 { return math.Round(255*math.Min(1, math.Max(0, v))) / 255 }
	return colour{sayable(c.r), sayable(c.g), sayable(c.b)}
}

func cube(v float64) float64 { return v * v * v }

// darken lowers the lightness until the contrast to the background is reached.
func (o oklch) darken(background colour, ratio float64) colour {
	for ; o.l > 0; o.l -= 0.005 {
		if c := o.colour(); contrast(c, background) >= ratio {
			return c
		}
	}
	return colour{}
}
