package ui

import (
	"fmt"
	"math"
	"testing"
	"testing/fstest"
)

// Every pair of colours that a theme puts text, borders and focus on is readable, for the shipped themes and for accents
// all around the wheel (WCAG 2.2, 1.4.3 and 1.4.11).
func TestContrast(t *testing.T) {
	themes, err := ShippedThemes()
	if err != nil {
		t.Fatal(err)
	}
	accents := map[string]string{}
	for id, theme := range themes {
		accents[id] = theme.Accent
	}
	for h := 0; h < 360; h += 15 {
		for _, c := range []float64{0.02, 0.1, 0.2} {
			accent := oklch{0.75, c, float64(h) * math.Pi / 180}.darken(white, MinContrast)
			accents[fmt.Sprintf("hue %d chroma %.2f", h, c)] = accent.String()
		}
	}
	for name, hex := range accents {
		accent, err := parseColour(hex)
		if err != nil {
			t.Fatal(err)
		}
		if contrast(accent, white) < MinContrast {
			accent = accent.oklch().darken(white, MinContrast)
		}
		by := map[string]colour{}
		for _, s := range shades(accent) {
			by[s.name], _ = parseColour(s.value.String()) // as the stylesheet has it, rounded
		}
		for _, pair := range []struct {
			text, behind string
			least        float64
		}{
			{"base-contrast-default", "base-default", MinContrast},
			{"base-contrast-default", "base-hover", MinContrast},
			{"base-contrast-default", "base-active", MinContrast},
			{"base-contrast-default", "text-default", MinContrast}, // the foot of the page
			{"text-subtle", "background-default", MinContrast},
			{"text-subtle", "background-tinted", MinContrast},
			{"text-subtle", "surface-tinted", MinContrast},
			{"text-subtle", "surface-hover", MinContrast},
			{"text-subtle", "surface-active", MinContrast},
			{"text-default", "surface-active", 7},
			{"border-default", "background-default", 3},
			{"border-strong", "background-tinted", 3},
		} {
			if got := contrast(by[pair.text], by[pair.behind]); got < pair.least {
				t.Errorf("%s %s: %s on %s has %.2f, needs %.1f", name, hex, pair.text, pair.behind, got, pair.least)
			}
		}
	}
}

func TestContrastIsThatOfWCAG(t *testing.T) {
	for pair, want := range map[[2]string]float64{{"#000000", "#ffffff"}: 21, {"#767676", "#ffffff"}: 4.54, {"#ff0000", "#ffffff"}: 4.0, {"#ffffff", "#ffffff"}: 1} {
		a, errA := parseColour(pair[0])
		b, errB := parseColour(pair[1])
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		if got := contrast(a, b); math.Abs(got-want) > 0.01 {
			t.Errorf("%v: %.3f, want %.2f", pair, got, want)
		}
	}
}

func TestThemesAreRefused(t *testing.T) {
	logo := &fstest.MapFile{Data: []byte("<svg/>")}
	for name, text := range map[string]string{
		"too light":   "name: A\nshort: A\naccent: '#f0c040'",
		"no colour":   "name: A\nshort: A\naccent: red",
		"no name":     "short: A\naccent: '#104020'",
		"unknown key": "name: A\nshort: A\naccent: '#104020'\nfont: Comic",
	} {
		if _, err := LoadThemes(fstest.MapFS{"a.yaml": {Data: []byte(text)}, "a.svg": logo}); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := LoadThemes(fstest.MapFS{"a.yaml": {Data: []byte("name: A\nshort: A\naccent: '#104020'")}}); err == nil {
		t.Error("no logo: accepted")
	}
}
