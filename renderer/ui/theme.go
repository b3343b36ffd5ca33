package ui

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"go.yaml.in/yaml/v3"
)

//go:embed themes/*.yaml themes/*.svg
var shippedThemes embed.FS

// Theme is how a municipality looks: one YAML file, and an SVG of the same name with its arms or logo.
//
//	name:   Ekköpings kommun     # the logo's text, and the end of every title
//	short:  Ekköping
//	accent: "#1d6b43"            # buttons, links, focus; at least 4.5:1 to white
//
// All shades are computed from the accent in a way that keeps text readable; a theme that cannot be made readable is
// refused when it is loaded (WCAG 2.2, 1.4.3).
type Theme struct {
	ID     string `yaml:"-"`
	Name   string `yaml:"name"`
	Short  string `yaml:"short"`
	Accent string `yaml:"accent"`
	css    []byte
	logo   []byte
}

// SVG is the theme's logo, for documents that are no pages.
func (t *Theme) SVG() []byte { return t.logo }

// MinContrast is the least contrast between text and what stands behind it (WCAG 2.2, 1.4.3).
const MinContrast = 4.5

// Themes by id.
type Themes map[string]*Theme

// ShippedThemes are the platform's own ("samtjanst") and those of the demo.
func ShippedThemes() (Themes, error) {
	sub, err := fs.Sub(shippedThemes, "themes")
	if err != nil {
		return nil, err
	}
	return LoadThemes(sub)
}

// LoadThemes reads every *.yaml of a folder as a theme. Unknown keys, a missing logo and an unreadable accent are errors
// that name the file.
func LoadThemes(fsys fs.FS) (Themes, error) {
	paths, err := fs.Glob(fsys, "*.yaml")
	if err != nil {
		return nil, err
	}
	out := Themes{}
	for _, p := range paths {
		t, err := loadTheme(fsys, p)
		if err != nil {
			return nil, fmt.Errorf("theme %s: %w", p, err)
		}
		out[t.ID] = t
	}
	return out, nil
}

func loadTheme(fsys fs.FS, p string) (*Theme, error) {
	raw, err := fs.ReadFile(fsys, p)
	if err != nil {
		return nil, err
	}
	t := &Theme{ID: strings.TrimSuffix(path.Base(p), ".yaml")}
	d := yaml.NewDecoder(bytes.NewReader(raw))
	d.KnownFields(true)
	if err := d.Decode(t); err != nil {
		return nil, err
	}
	if t.Name == "" || t.Short == "" {
		return nil, errors.New("name and short are needed")
	}
	if t.logo, err = fs.ReadFile(fsys, t.ID+".svg"); err != nil {
		return nil, err
	}
	accent, err := parseColour(t.Accent)
	if err != nil {
		return nil, err
	}
	if got := contrast(accent, white); got < MinContrast {
		return nil, fmt.Errorf("accent %s has contrast %.1f to white; text needs %.1f, choose a darker shade", t.Accent, got, MinContrast)
	}
	t.css = stylesheet(accent)
	return t, nil
}

// shade is one of Designsystemet's colour tokens.
type shade struct {
	name  string
	value colour
}

// shades computes Designsystemet's accent scale from one colour: surfaces by lightness, everything that carries meaning
// by contrast to the surface behind it.
func shades(accent colour) []shade {
	base := accent.oklch()
	tint := func(l, c float64) colour { return oklch{l, min(base.c, c), base.h}.colour() }
	deep := func(f float64) colour { return oklch{base.l * f, base.c * f, base.h}.colour() }
	active := tint(0.87, 0.055)
	return []shade{
		{"background-default", white},
		{"background-tinted", tint(0.975, 0.012)},
		{"surface-default", white},
		{"surface-tinted", tint(0.945, 0.024)},
		{"surface-hover", tint(0.91, 0.040)},
		{"surface-active", active},
		{"border-subtle", tint(0.82, 0.06)},
		{"border-default", oklch{0.7, min(base.c, 0.12), base.h}.darken(white, 3.2)},
		{"border-strong", oklch{base.l, base.c, base.h}.darken(active, 3.2)},
		{"text-subtle", oklch{base.l, base.c, base.h}.darken(active, MinContrast)},
		{"text-default", oklch{0.33, min(base.c, 0.06), base.h}.darken(active, 9)},
		{"base-default", accent},
		{"base-hover", deep(0.86)},
		{"base-active", deep(0.72)},
		{"base-contrast-subtle", oklch{0.97, min(base.c, 0.012), base.h}.colour()},
		{"base-contrast-default", white},
	}
}

func stylesheet(accent colour) []byte {
	var b bytes.Buffer
	b.WriteString(":root{")
	for _, s := range shades(accent) {
		fmt.Fprintf(&b, "--ds-color-accent-%s:%s;", s.name, s.value)
	}
	b.WriteString("}\n")
	return b.Bytes()
}

// Stylesheet is the plain asset name of the theme's colours.
func (t *Theme) Stylesheet() string { return "theme-" + t.ID + ".css" }

// Logo is the plain asset name of the theme's logo.
func (t *Theme) Logo() string { return "logo-" + t.ID + ".svg" }
