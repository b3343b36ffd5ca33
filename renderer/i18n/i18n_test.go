package i18n

import (
	"encoding/json"
	"testing"
	"testing/fstest"
	"time"
)

func embedded(t *testing.T) *Catalog {
	t.Helper()
	c, err := Embedded()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestFormats(t *testing.T) {
	c := embedded(t)
	at := time.Date(2026, 1, 2, 23, 30, 0, 0, time.UTC) // the third in Sweden
	for _, tc := range []struct{ what, sv, en string }{
		{"date", "3 januari 2026", "3 January 2026"},
		{"dateTime", "3 januari 2026 kl. 00.30", "3 January 2026, 00:30"},
		{"soon", "3 januari 2026 kl. 00.30", "3 January 2026, 00:30"},
		{"just over", "3 januari 2026 kl. 00.30", "3 January 2026, 00:30"},
		{"later", "3 januari 2026", "3 January 2026"},
		{"iso", "29 februari 2028", "29 February 2028"},
		{"money", "1\u00a0250\u00a0kr", "SEK\u00a01,250"},
		{"ore", "−0,50\u00a0kr", "SEK\u00a0−0.50"},
		{"big", "12\u00a0345", "12,345"},
		{"year", "2026", "2026"},
		{"size", "2,5\u00a0MB", "2.5\u00a0MB"},
	} {
		for lang, want := range map[string]string{"sv": tc.sv, "en": tc.en} {
			l := c.In(lang)
			got := map[string]string{
				"soon": l.Until(at, at.Add(-47*time.Hour)), "just over": l.Until(at, at.Add(time.Hour)), "later": l.Until(at, at.Add(-48*time.Hour)),
				"date": l.Date(at), "dateTime": l.DateTime(at), "iso": l.ISODate("2028-02-29"),
				"money": l.Money(125000), "ore": l.Money(-50), "big": l.Number("12345"), "year": l.Int(2026),
				"size": l.Size(2<<20 + 1<<19),
			}[tc.what]
			if got != want {
				t.Errorf("%s %s: got %q, want %q", lang, tc.what, got, want)
			}
		}
	}
	if got := c.In("sv").ISODate("tisdag"); got != "tisdag" {
		t.Errorf("what is no date must be left alone: %q", got)
	}
}

func TestChoosesLanguage(t *testing.T) {
	c := embedded(t)
	for header, want := range map[string]string{"": "sv", "en-GB,en;q=0.8": "en", "fi, sv;q=0.5": "sv", "zz": "sv", "en;q=0.1, sv": "sv", "\x00": "sv"} {
		if got := c.Negotiate(header); got != want {
			t.Errorf("Negotiate(%q) = %q, want %q", header, got, want)
		}
	}
	if got := c.In("en-US").Lang; got != "en" {
		t.Errorf("en-US reads %q", got)
	}
	if got := c.In("xx").Lang; got != "sv" {
		t.Errorf("an unknown language reads %q", got)
	}
}

// A further language is a further folder: with plural forms that Swedish lacks, and the rest from the default.
func TestFurtherLanguage(t *testing.T) {
	sv, err := files.ReadFile("sv/format.yaml")
	if err != nil {
		t.Fatal(err)
	}
	fsys := fstest.MapFS{
		"sv/format.yaml": {Data: sv},
		"sv/a.yaml":      {Data: []byte("a: { files: { one: '{n} fil', other: '{n} filer' }, only: bara här }")},
		"pl/a.yaml":      {Data: []byte("a: { files: { one: '{n} plik', few: '{n} pliki', many: '{n} plików', other: '{n} pliku' } }")},
	}
	c, err := Load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	for n, want := range map[int]string{1: "1 plik", 3: "3 pliki", 5: "5 plików", 22: "22 pliki"} {
		if got := c.T("pl", "a.files", "n", n); got != want {
			t.Errorf("%d: got %q, want %q", n, got, want)
		}
	}
	if got := c.T("sv", "a.files", map[string]any{"n": json.Number("1")}); got != "1 fil" {
		t.Errorf("got %q", got)
	}
	if got := c.T("pl", "a.only"); got != "bara här" {
		t.Errorf("what is missing is read in the default: %q", got)
	}
}

func TestLoadRefuses(t *testing.T) {
	sv, err := files.ReadFile("sv/format.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"list instead of texts": "a: [b]",
		"open placeholder":      "a: 'x {n'",
		"stray brace":           "a: 'x } y'",
		"defined twice":         "a.b: x\na: { b: y }",
		"not YAML":              "a: 'x",
	} {
		if _, err := Load(fstest.MapFS{"sv/format.yaml": {Data: sv}, "sv/a.yaml": {Data: []byte(text)}}); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := Load(fstest.MapFS{"en/a.yaml": {Data: []byte("a: b")}}); err == nil {
		t.Error("no default language: accepted")
	}
	if _, err := Load(fstest.MapFS{"sv/a.yaml": {Data: []byte("a: b")}}); err == nil {
		t.Error("no formats: accepted")
	}
}
