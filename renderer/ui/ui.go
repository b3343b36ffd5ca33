// Package ui has the frame and the components of every page, for citizens and staff, and binds templates to their data.
//
// A page is a Go struct that embeds Shell (what all pages share: title, language, municipality, navigation, problems) and
// a template file that defines "main". Parse binds the two: it returns a Template that renders only that struct. The
// packages that have pages keep their own templates folder and use the components of this package from it, each with the
// struct of the same name:
//
//	//go:embed templates/*.html
//	var templates embed.FS
//
//	type startPage struct {
//		ui.Shell
//		Services []ui.CardLink
//	}
//
//	start, err := ui.Parse[startPage](u, templates, "templates/start.html") // or, of many, ui.Bind
//	…
//	err = start.Render(w, startPage{Shell: shell, Services: …})
//
// Templates are parsed once per language at start, with the functions t, date, money … already bound to it; a request
// only executes. A template that names a text the catalogue lacks, or a component that does not exist, is an error at
// start. In tests, package uitest checks every template against its struct.
//
// Nothing on a page is inline script or style, and nothing comes from another host.
package ui

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"reflect"
	"sync"
	"time"

	"samtjanst/renderer/assets"
	"samtjanst/renderer/i18n"
	"samtjanst/renderer/markdown"
)

//go:embed templates/*.html
var templates embed.FS

// UI holds the components in every language, ready to have pages added. Safe for concurrent use.
type UI struct {
	assets  *assets.Assets
	catalog *i18n.Catalog
	themes  Themes
	base    map[string]*template.Template // by language; cloned for each page
}

// New parses the components and puts each theme's stylesheet and logo among the assets.
func New(a *assets.Assets, c *i18n.Catalog, themes Themes) (*UI, error) {
	if themes[FallbackTheme] == nil {
		return nil, fmt.Errorf("ui: the theme %s is missing", FallbackTheme)
	}
	u := &UI{assets: a, catalog: c, themes: themes, base: map[string]*template.Template{}}
	for id, t := range themes {
		a.Add("theme-"+id+".css", t.css)
		a.Add("logo-"+id+".svg", t.logo)
	}
	for _, lang := range c.Languages() {
		set, err := template.New("ui").Funcs(u.funcs(c.In(lang))).ParseFS(templates, "templates/*.html")
		if err != nil {
			return nil, fmt.Errorf("ui: %w", err)
		}
		if err := checkTexts(set, c.In(lang)); err != nil {
			return nil, fmt.Errorf("ui: %w", err)
		}
		setTexts(set, c.In(lang))
		u.base[lang] = set
	}
	return u, nil
}

// FallbackTheme is used where there is no municipality, or an unknown one.
const FallbackTheme = "samtjanst"

// Theme gives a theme by id, the platform's own when there is none.
func (u *UI) Theme(id string) *Theme {
	if t := u.themes[id]; t != nil {
		return t
	}
	return u.themes[FallbackTheme]
}

// Catalog gives the texts.
func (u *UI) Catalog() *i18n.Catalog { return u.catalog }

// funcs are what templates can call. Everything that depends on the language is bound to it here, once.
func (u *UI) funcs(l *i18n.Locale) template.FuncMap {
	return template.FuncMap{
		"t":         l.T,
		"date":      l.Date,
		"dateShort": l.DateShort,
		"dateTime":  l.DateTime,
		"time":      l.Time,
		"iso":       func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"isoDate":   l.ISODate,
		"money":     l.Money,
		"number":    l.Int,
		"size":      l.Size,
		"markdown":  func(md string) template.HTML { return markdown.HTML(md) },
		"asset":     u.assets.URL,
		"theme":     u.Theme,
		"add":       func(a, b int) int { return a + b },
	}
}

// Page is a struct that embeds Shell.
type Page interface{ Frame() Shell }

// Template renders pages of one type. Safe for concurrent use.
type Template[P Page] struct {
	byLang map[string]*template.Template
}

// Parse binds the templates that match the patterns to a page type. They define "main" (what stands in <main>, beginning
// with h1) and may define "head" (more of <head>) and parts of their own.
func Parse[P Page](u *UI, fsys fs.FS, patterns ...string) (*Template[P], error) {
	if err := checkPage(reflect.TypeFor[P]()); err != nil {
		return nil, fmt.Errorf("ui.Parse: %v: %w", patterns, err)
	}
	t := &Template[P]{byLang: map[string]*template.Template{}}
	for lang, base := range u.base {
		set, err := base.Clone()
		if err != nil {
			return nil, fmt.Errorf("ui.Parse: %w", err)
		}
		if set, err = set.ParseFS(fsys, patterns...); err != nil {
			return nil, fmt.Errorf("ui.Parse: %w", err)
		}
		if err := checkTexts(set, u.catalog.In(lang)); err != nil {
			return nil, fmt.Errorf("ui.Parse: %v: %w", patterns, err)
		}
		setTexts(set, u.catalog.In(lang))
		t.byLang[lang] = set
	}
	return t, nil
}

// checkPage refuses a page with a field of its own that hides one of the Shell's: the frame would show it in its place.
func checkPage(page reflect.Type) error {
	for f := range reflect.TypeFor[Shell]().Fields() {
		if found, ok := page.FieldByName(f.Name); ok && len(found.Index) == 1 {
			return fmt.Errorf("%s has a field %s of its own, which hides the Shell's", page, f.Name)
		}
	}
	return nil
}

// Must is for templates that are embedded in the program: a broken one is a mistake in it.
func Must[P Page](t *Template[P], err error) *Template[P] {
	if err != nil {
		panic(err)
	}
	return t
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// Render writes the page in the language of its Shell. Nothing is written when the template fails.
func (t *Template[P]) Render(w io.Writer, page P) error {
	b := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(b)
	b.Reset()
	if err := t.execute(b, page); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}

// Bytes gives the page as bytes of its own, which the receiver may keep.
func (t *Template[P]) Bytes(page P) ([]byte, error) {
	b := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(b)
	b.Reset()
	if err := t.execute(b, page); err != nil {
		return nil, err
	}
	return bytes.Clone(b.Bytes()), nil
}

func (t *Template[P]) execute(b *bytes.Buffer, page P) error {
	return t.For(page.Frame().Lang).ExecuteTemplate(b, "shell", page)
}

// For gives the parsed set of a language (the default when there is none), for checks in tests.
func (t *Template[P]) For(lang string) *template.Template {
	if set := t.byLang[lang]; set != nil {
		return set
	}
	return t.byLang[i18n.Default]
}
