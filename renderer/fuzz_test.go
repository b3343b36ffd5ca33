package renderer

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"samtjanst/forms"
)

// No value can leave its place: whatever is answered or typed, the page has the same elements, and each control holds
// exactly it.
func FuzzEscapes(f *testing.F) {
	for _, s := range []string{"", `"><script>alert(1)</script>`, "</textarea><b>", "' onx='", "&lt;&#34;", "\x00", "a\r\nb\rc", "\xff\xfe", "<!--", "]]>", "å\u2028"} {
		f.Add(s)
	}
	form := loadForm(f, "gallery")
	p, ok := New(catalog(f), DefaultLimits).Form(form).Page("allt", "sv")
	if !ok {
		f.Fatal("no page")
	}
	base := parseAnswers(f, filled)
	fill := func(s string) PageData {
		stored := forms.CopyObject(base)
		stored["namn"], stored["skal"], stored["fast"], stored["ord"] = s, s, s, []any{s}
		stored["hem"] = map[string]any{"gata": s}
		stored["intyg"] = []any{map[string]any{"id": s, "name": s, "type": s}}
		stored["dagar"] = []any{map[string]any{"adress": s}}
		v := view(form, stored)
		for _, sec := range form.Pages[0].Sections {
			for _, field := range sec.Fields {
				v.Facts[field.ID] = map[string]any{"value": s, "source": s, "time": s}
			}
		}
		return PageData{View: v, Typed: forms.Typed{"/langd": s, "y/start": s}, Action: s,
			Problems: []forms.Problem{{Pointer: "/intyg", Code: forms.FileEmpty, Params: map[string]any{"name": s}}, {Pointer: forms.Pointer(s), Code: s}}}
	}
	oneLine, lines := shapeOf(f, p.Append(nil, fill("x"))), shapeOf(f, p.Append(nil, fill("x\ny")))
	f.Fuzz(func(t *testing.T, s string) {
		page := p.Append(nil, fill(s))
		plain := oneLine
		if strings.ContainsAny(s, "\n\r") { // several lines get a control that keeps them
			plain = lines
		}
		if got := shapeOf(t, page); s != "" && strings.TrimSpace(s) != "" && got != plain {
			t.Errorf("%q changes the page:\n%s", s, cmp.Diff(strings.Split(plain, " "), strings.Split(got, " ")))
		}
		want := strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", "\uFFFD"), "\uFFFD")
		want = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(want)
		sent := posted(t, string(page))
		for _, name := range []string{"a/namn", "a/skal", "a/hem/gata", "a/langd", "a/ord/0", "a/dagar/0/adress", "y/start"} {
			want := want
			if name == "a/langd" || name == "y/start" { // one line whatever was typed
				want = strings.ReplaceAll(want, "\n", "")
			}
			if got := strings.ToValidUTF8(sent.Get(name), "\uFFFD"); got != want {
				t.Errorf("%s holds %q, want %q", name, got, want)
			}
		}
	})
}

// shapeOf lists the elements of a page with the names of their attributes.
func shapeOf(t testing.TB, page []byte) string {
	doc, err := html.Parse(strings.NewReader(string(page)))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type != html.TextNode {
			fmt.Fprintf(&b, " %d:%s", n.Type, n.Data)
			for _, a := range n.Attr {
				b.WriteString("," + a.Key)
			}
		}
		for e := n.FirstChild; e != nil; e = e.NextSibling {
			walk(e)
		}
	}
	walk(doc)
	return b.String()
}

// No name of an entry and no text of any kind can leave its place.
func FuzzEscapesKinds(f *testing.F) {
	for _, s := range []string{"", `"><script>alert(1)</script>`, "</textarea><b>", "' onx='", "&lt;", "\x00", "\xff", "~0/~1", "*", "é\u2028", "0"} {
		f.Add(s)
	}
	form := loadForm(f, "kinds")
	p, ok := New(catalog(f), DefaultLimits).Form(form).Page("allt", "sv")
	if !ok {
		f.Fatal("no page")
	}
	fill := func(s string) PageData {
		stored := map[string]any{"extra": map[string]any{s: s}, "tal": map[string]any{"x" + s: s}, "fritt": []any{s}, "blandat": []any{map[string]any{"isbn": s}, s},
			"matt": []any{s, s, s}, "krets": map[string]any{"namn": s, "barn": []any{map[string]any{"namn": s}}}, "losen": s, "inget": s, "kanske": s}
		return PageData{View: view(form, stored), Typed: forms.Typed{"r/extra": "1", "k/extra/~rn0": s, "a/extra/~rn0": s},
			Problems: []forms.Problem{{Pointer: forms.Pointer("/extra").Join(s), Code: forms.NameTaken, Params: map[string]any{"name": s}},
				{Pointer: "/extra/~rn0", Code: forms.BadText}, {Pointer: "/matt/2", Code: "check-1"}}}
	}
	plain := shapeOf(f, p.Append(nil, fill("x")))
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) || strings.ContainsAny(s, "\n\r") || strings.TrimSpace(s) == "" || s == "en" || forms.Pointer(s).Last() == "" && strings.Contains(s, "/") {
			return // several lines get other controls, and a blank is told otherwise
		}
		page := p.Append(nil, fill(s))
		if got := shapeOf(t, page); got != plain {
			t.Errorf("%q changes the page:\n%s", s, cmp.Diff(strings.Split(plain, " "), strings.Split(got, " ")))
		}
		want := strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", "\uFFFD"), "\uFFFD")
		sent := posted(t, string(page))
		for _, name := range []string{"k/extra/~r0", "a/extra/~r0", "k/extra/~rn0", "a/blandat/1", "a/matt/2", "a/krets/barn/0/namn"} {
			if got := strings.ToValidUTF8(sent.Get(name), "\uFFFD"); got != want {
				t.Errorf("%s holds %q, want %q", name, got, want)
			}
		}
		p.Links(fill(s))
	})
}
