// Package i18n has the texts of the interface in every language, and how each language writes numbers, money and dates.
//
// A language is a folder of YAML files, one per area (shell, forms, eid, web, admin …), nested as one likes: the key of
// a text is its path joined with points, "problem.too-long". A text may have placeholders, "{n} av {total}", and plural
// forms, a mapping with CLDR's categories (one, few, other …) chosen by the parameter n. A further language is a further
// folder; nothing else changes. How the language formats values stands in its own texts, under "format.".
//
// Invariants, kept by Load and the tests: the languages have the same keys with the same placeholders; no key is
// defined twice; every key that the source names exists, and every key that exists is named somewhere.
//
// Texts are plain text. Whoever puts them on a page escapes them like any other value.
package i18n

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strings"

	"go.yaml.in/yaml/v3"
	"golang.org/x/text/language"
)

// Default is the language of the platform: what is missing elsewhere is read here.
const Default = "sv"

//go:embed */*.yaml
var files embed.FS

// Catalog holds all languages. It never changes and is safe for concurrent use.
type Catalog struct {
	locales map[string]*Locale
	langs   []string
}

// Locale is one language: its texts and its way to write values.
type Locale struct {
	Lang     string // BCP 47, as in <html lang>
	texts    map[string]message
	fallback *Locale
	plurals  language.Tag
	format   format
}

// Embedded loads the languages that the platform ships.
func Embedded() (*Catalog, error) { return Load(files) }

// Load reads every folder of fsys as a language. A file that is not a mapping of texts, a key defined twice, a broken
// placeholder and a missing default language are errors that name the file.
func Load(fsys fs.FS) (*Catalog, error) {
	paths, err := fs.Glob(fsys, "*/*.yaml")
	if err != nil {
		return nil, err
	}
	c := &Catalog{locales: map[string]*Locale{}}
	for _, p := range paths {
		lang := path.Dir(p)
		l := c.locales[lang]
		if l == nil {
			tag, err := language.Parse(lang)
			if err != nil {
				return nil, fmt.Errorf("i18n: %s is not a language: %w", lang, err)
			}
			l = &Locale{Lang: lang, texts: map[string]message{}, plurals: tag}
			c.locales[lang] = l
			c.langs = append(c.langs, lang)
		}
		raw, err := fs.ReadFile(fsys, p)
		if err != nil {
			return nil, err
		}
		var root yaml.Node
		if err := yaml.Unmarshal(raw, &root); err != nil {
			return nil, fmt.Errorf("i18n: %s: %w", p, err)
		}
		if len(root.Content) == 0 {
			continue // a file of comments only
		}
		if err := l.add(p, "", root.Content[0]); err != nil {
			return nil, err
		}
	}
	def := c.locales[Default]
	if def == nil {
		return nil, fmt.Errorf("i18n: no texts in %s", Default)
	}
	sort.Slice(c.langs, func(i, j int) bool {
		if (c.langs[i] == Default) != (c.langs[j] == Default) {
			return c.langs[i] == Default
		}
		return c.langs[i] < c.langs[j]
	})
	for _, l := range c.locales {
		if l != def {
			l.fallback = def
		}
		if err := l.readFormat(); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// add flattens a mapping into texts. Line numbers are those of the file, for whoever mends it.
func (l *Locale) add(file, prefix string, n *yaml.Node) error {
	if n.Kind != yaml.MappingNode {
		return fmt.Errorf("i18n: %s:%d: a mapping of texts is needed here", file, n.Line)
	}
	for i := 0; i < len(n.Content); i += 2 {
		name, value := n.Content[i], n.Content[i+1]
		key := name.Value
		if prefix != "" {
			key = prefix + "." + name.Value
		}
		var m message
		var err error
		switch {
		case value.Kind == yaml.ScalarNode:
			m, err = parseMessage(map[string]string{"other": value.Value})
		case isPlural(value):
			forms := map[string]string{}
			if err = value.Decode(&forms); err == nil {
				m, err = parseMessage(forms)
			}
		default:
			if err := l.add(file, key, value); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return fmt.Errorf("i18n: %s:%d: %s: %w", file, value.Line, key, err)
		}
		if _, twice := l.texts[key]; twice {
			return fmt.Errorf("i18n: %s:%d: %s is already defined", file, name.Line, key)
		}
		l.texts[key] = m
	}
	return nil
}

// Languages lists what there is, the default first.
func (c *Catalog) Languages() []string { return append([]string(nil), c.langs...) }

// In gives a language; for one that does not exist, that without region ("en-GB" → "en"), else the default.
func (c *Catalog) In(lang string) *Locale {
	if l, ok := c.locales[lang]; ok {
		return l
	}
	base, _, _ := strings.Cut(lang, "-")
	if l, ok := c.locales[base]; ok {
		return l
	}
	return c.locales[Default]
}

// T is In(lang).T(key, args...).
func (c *Catalog) T(lang, key string, args ...any) string { return c.In(lang).T(key, args...) }

// Negotiate chooses a language for an Accept-Language header, the default when nothing fits.
func (c *Catalog) Negotiate(header string) string {
	wanted, _, err := language.ParseAcceptLanguage(header)
	if err != nil || len(wanted) == 0 {
		return Default
	}
	have := make([]language.Tag, len(c.langs))
	for i, l := range c.langs {
		have[i] = c.locales[l].plurals
	}
	_, i, confidence := language.NewMatcher(have).Match(wanted...)
	if confidence == language.No {
		return Default
	}
	return c.langs[i]
}

// Has reports whether the language itself, or the default behind it, has a text.
func (l *Locale) Has(key string) bool {
	_, ok := l.find(key)
	return ok
}

// T gives a text. Args are either one map of parameters or names and values in turn: T("case.files", "n", 3). Numbers
// are written as the language writes them, times as dates; everything else by fmt. A key without a text gives the key in
// brackets, which the tests keep from ever being shown.
func (l *Locale) T(key string, args ...any) string {
	m, ok := l.find(key)
	if !ok {
		return "[" + key + "]"
	}
	return m.render(l, args)
}

// Keys lists the language's own texts in order.
func (l *Locale) Keys() []string {
	keys := make([]string, 0, len(l.texts))
	for k := range l.texts {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

func (l *Locale) find(key string) (message, bool) {
	for at := l; at != nil; at = at.fallback {
		if m, ok := at.texts[key]; ok {
			return m, true
		}
	}
	return message{}, false
}
