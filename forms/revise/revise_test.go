package revise

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"samtjanst/forms"
	"samtjanst/forms/library"
	"samtjanst/platform/fault"
)

// Each case is a file, one change, and the file afterwards: everything that is not the change is as it was.
func TestApply(t *testing.T) {
	for name, c := range map[string]struct {
		file, before string
		op           Op
		at           forms.Pointer
		value        any
		after        string
	}{
		"a plain text, with its comment": {"form.yaml", "id: a # which\ntitle: Gammal # kort\n\n# slut\n", Set, "/title", "Ny titel",
			"id: a # which\ntitle: Ny titel # kort\n\n# slut\n"},
		"a text that needs quotes": {"form.yaml", "title: Gammal\n", Set, "/title", "Ny: titel # 2", "title: \"Ny: titel # 2\"\n"},
		"quotes as they were":      {"form.yaml", "a: 'x'\nb: \"y\"\n", Set, "/a", "it's", "a: 'it''s'\nb: \"y\"\n"},
		"a date keeps its quotes":  {"form.yaml", "o:\n  lastDay: \"04-30\"\n", Set, "/o/lastDay", "2027-03-31", "o:\n  lastDay: \"2027-03-31\"\n"},
		"a date gets quotes":       {"form.yaml", "o:\n  x: 1\n", Set, "/o/opens", "2027-03-31", "o:\n  x: 1\n  opens: \"2027-03-31\"\n"},
		"a literal block": {"form.yaml", "help: | # läs\n    Ett.\n\n    Två.\n\n# sedan\nid: a\n", Set, "/help", "Tre.\n\n- Fyra\n",
			"help: | # läs\n    Tre.\n\n    - Fyra\n\n# sedan\nid: a\n"},
		"a literal block of one line": {"form.yaml", "help: |\n  Ett.\n  Två.\nid: a\n", Set, "/help", "Ett.\n", "help: |\n  Ett.\nid: a\n"},
		"a folded block is folded": {"form.yaml", "v: >-\n  " + strings.Repeat("aaaa ", 15) + "\n  b\nid: a\n", Set, "/v", strings.TrimSpace(strings.Repeat("cccc ", 20)),
			"v: >-\n  " + strings.TrimSpace(strings.Repeat("cccc ", 15)) + "\n  " + strings.TrimSpace(strings.Repeat("cccc ", 5)) + "\nid: a\n"},
		"a line becomes lines": {"layout.yaml", "pages:\n  - id: a\n    title: T # namn\n", Set, "/pages/0/title", "Ett\nTvå",
			"pages:\n  - id: a\n    title: |- # namn\n      Ett\n      Två\n"},
		"a list on one line": {"form.yaml", "signing: {days: 14, reminders: [3, 7, 12]} # dagar\n", Set, "/signing/reminders", []int{3, 9},
			"signing: {days: 14, reminders: [3, 9]} # dagar\n"},
		"a list in lines": {"form.yaml", "needs:\n  # först\n  - A\n  - B # sist\nid: x\n", Set, "/needs", []string{"A", "C", "B"},
			"needs:\n  # först\n  - A\n  - C\n  - B # sist\nid: x\n"},
		"a list that ends up empty": {"form.yaml", "needs: # allt\n  - A\nid: x\n", Remove, "/needs/0", nil, "needs: [] # allt\nid: x\n"},
		"a list that was empty":     {"form.yaml", "needs: []\nid: x\n", Insert, "/needs/-", "En: två", "needs: [\"En: två\"]\nid: x\n"},
		"an object on the way":      {"form.yaml", "id: x\n\nlegal: []\n", Set, "/overview/opens", "2027-01-01", "id: x\n\nlegal: []\noverview: {opens: \"2027-01-01\"}\n"},
		"a key of its own": {"layout.yaml", "- pointer: /a\n  label: A\n\n- pointer: /b\n", Set, "/0/hint", "Så här.",
			"- pointer: /a\n  label: A\n  hint: Så här.\n\n- pointer: /b\n"},
		"the first key beside the dash": {"layout.yaml", "- id: a # nej\n  pointer: /a\n", Remove, "/0/id", nil, "- # nej\n  pointer: /a\n"},
		"the last key":                  {"form.yaml", "a: 1\n# om b\nb: 2\n", Remove, "/b", nil, "a: 1\n# om b\n"},
		"a key without a value":         {"form.yaml", "a: # tom\nb: 2\n", Set, "/a", true, "a: true # tom\nb: 2\n"},
		"a value becomes an object": {"form.yaml", "signs: true # när\nb: 2\n", Set, "/signs", map[string]any{"anyOf": []any{map[string]any{"/x": map[string]any{"const": "ett"}}, map[string]any{"/y": map[string]any{"const": strings.Repeat("l", 88)}}}},
			"signs: # när\n  anyOf:\n    - {/x: {const: ett}}\n    - /y: {const: " + strings.Repeat("l", 88) + "}\nb: 2\n"},
		"Windows' line ends": {"form.yaml", "a: 1\r\nb:\r\n  - x\r\n", Set, "/t", "en\ntvå\n", "a: 1\r\nb:\r\n  - x\r\nt: |\r\n  en\r\n  två\r\n"},
		"no last line end":   {"form.yaml", "a: 1\nb: 2", Set, "/c", "3", "a: 1\nb: 2\nc: \"3\""},
		"an empty file":      {"text/en.yaml", "# English\n", Set, "/fields/~1elev~1barn/label", "Which child?", "# English\nfields: {/elev/barn: {label: \"Which child?\"}}\n"},
		"JSON": {"schema.json", "{\n  \"a\": { \"title\": \"Gammal\", \"x\": 1 },\n  \"b\": []\n}\n", Set, "/a/title", "Ny \"titel\" <1>",
			"{\n  \"a\": { \"title\": \"Ny \\\"titel\\\" <1>\", \"x\": 1 },\n  \"b\": []\n}\n"},
		"JSON in lines":     {"schema.json", "{\n  \"a\": 1,\n  \"b\": [\n    1\n  ]\n}\n", Insert, "/b/-", 2, "{\n  \"a\": 1,\n  \"b\": [\n    1,\n    2\n  ]\n}\n"},
		"JSON, a new key":   {"schema.json", "{\n  \"a\": { \"x\": 1 }\n}", Set, "/a/title", "T", "{\n  \"a\": { \"x\": 1, \"title\": \"T\" }\n}"},
		"JSON, without one": {"schema.json", "{\n  \"a\": 1,\n  \"b\": 2\n}", Remove, "/b", nil, "{\n  \"a\": 1\n}"},
		"a document":        {"documents/beslut.md", "Gammal\r\ntext\r\n", Set, "", "Ny\ntext\n", "Ny\r\ntext\r\n"},
	} {
		t.Run(name, func(t *testing.T) {
			files := Files{c.file: []byte(c.before)}
			got, err := Apply(files, []Change{{File: c.file, Op: c.op, At: c.at, Value: c.value}})
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.after, string(got[c.file])); d != "" {
				t.Error(d)
			}
			if string(files[c.file]) != c.before {
				t.Error("the file that was given has changed")
			}
		})
	}
}

func TestRefused(t *testing.T) {
	for name, c := range map[string]struct {
		before string
		change Change
		kind   fault.Kind
		style  bool
	}{
		"no file":           {"a: 1\n", Change{File: "layout.yaml", Op: Set, At: "/a", Value: 1}, fault.NotFound, false},
		"through a text":    {"a: x\n", Change{File: "form.yaml", Op: Set, At: "/a/b", Value: 1}, fault.NotFound, false},
		"past the end":      {"a: [1]\n", Change{File: "form.yaml", Op: Insert, At: "/a/3", Value: 1}, fault.NotFound, false},
		"a tag":             {"a: !!str 1\n", Change{File: "form.yaml", Op: Set, At: "/a", Value: "x"}, fault.Invalid, true},
		"an explicit key":   {"? a\n: b\n", Change{File: "form.yaml", Op: Set, At: "/a", Value: "x"}, fault.Invalid, true},
		"broken":            {"a: [\n", Change{File: "form.yaml", Op: Set, At: "/a", Value: "x"}, fault.Invalid, false},
		"no definition's":   {"a: 1\n", Change{File: "form.yaml", Op: Set, At: "/a", Value: 1.5}, fault.Invalid, false},
		"not UTF-8":         {"a: 1\n", Change{File: "form.yaml", Op: Set, At: "/a", Value: "\xff"}, fault.Invalid, false},
		"the whole file":    {"a: 1\n", Change{File: "form.yaml", Op: Set, At: "", Value: "x"}, fault.Invalid, false},
		"no such operation": {"a: 1\n", Change{File: "form.yaml", Op: "move", At: "/a", Value: "x"}, fault.Invalid, false},
	} {
		_, err := Apply(Files{"form.yaml": []byte(c.before)}, []Change{c.change})
		if !errors.Is(err, c.kind) || errors.Is(err, ErrStyle) != c.style {
			t.Errorf("%s: %v", name, err)
		}
	}
	// What is not there is removed already.
	got, err := Apply(Files{"form.yaml": []byte("a: 1\n")}, []Change{{File: "form.yaml", Op: Remove, At: "/b/c"}})
	if err != nil || string(got["form.yaml"]) != "a: 1\n" {
		t.Error(err, string(got["form.yaml"]))
	}
}

// hard is written in every way that a definition may be.
const hard = `# Överst
id:    hard   # efter id
"quoted key": 'single ''quoted'''
plain: some text
  that goes on
  over lines   # och en kommentar
double: "with \" and
  lines"
empty:
null: ~
flow: {a: 1, b: [x, "y, z", {c: d}], 'e': {} } # flöde
flowlines: {
  a: 1, # ett
  b: [
    x,
    y # sist
  ],
}
literal: |2-
    indented
  text

folded: >  # vikt
  one
  two

  three
kept: |+
  end


indentless:
- a
# mellan
- b: 1
  # inuti
  c: 2

- - nested
  - list
-
  d: 4
- |
  block in a list
number: 12.50
åäö: "😀"
last:
  deep:
    deeper: [1, 2] # slut
# sist
`

// Whatever is changed in whatever file, reading it again gives just that change, and lines that it does not concern are what they were.
func TestAnyChange(t *testing.T) {
	files := Files{"hard.yaml": []byte(hard), "hard-crlf.yaml": []byte(strings.ReplaceAll(hard, "\n", "\r\n"))}
	dirs, err := fs.ReadDir(library.Forms, ".")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range dirs {
		if !d.IsDir() {
			continue
		}
		own, err := ReadFiles(library.Forms, d.Name())
		if err != nil {
			t.Fatal(err)
		}
		for name, raw := range own {
			if !isText(name) && name != "README.md" {
				files[d.Name()+"/"+name] = raw
			}
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	rounds := 60
	if testing.Short() {
		rounds = 20
	}
	for name, raw := range files {
		v, err := read(name, raw)
		if err != nil {
			t.Fatal(name, err)
		}
		all := paths(v, nil)
		for range rounds {
			c, want := anyChange(r, name, v, all)
			got, err := Apply(Files{name: raw}, []Change{c})
			if err != nil {
				t.Errorf("%s: %s %s %#v: %v", name, c.Op, c.At, c.Value, err)
				continue
			}
			now, err := read(name, got[name])
			if err != nil || !same(now, want) {
				t.Errorf("%s: %s %s %#v: reads otherwise (%v)", name, c.Op, c.At, c.Value, err)
			}
			if same(v, want) != bytes.Equal(raw, got[name]) {
				t.Errorf("%s: %s %s %#v: changed or not", name, c.Op, c.At, c.Value)
			}
			others(t, name, c, v, raw, got[name])
		}
	}
}

// others checks that the lines before the value, and after it, are what they were, comments and blank lines among them.
func others(t *testing.T, name string, c Change, v any, raw, got []byte) {
	t.Helper()
	f, err := parse(name, raw)
	if err != nil {
		t.Fatal(err)
	}
	tokens := c.At.Tokens()
	for len(tokens) > 0 {
		if _, ok := lookup(v, tokens); ok {
			break
		}
		tokens = tokens[:len(tokens)-1]
	}
	s, err := f.find(tokens)
	if err != nil {
		t.Fatal(err)
	}
	from, to := s.value.start, s.value.end
	if s.parent != nil {
		from = s.begin()
		if s.count() == 1 && !s.parent.flow { // the only one: its object goes with it
			from, to = 0, len(raw)
		}
		if s.parent.flow { // commas before and after
			from, to = s.parent.start, s.parent.end
		}
	}
	if s.parent != nil && c.Op == Remove && len(bytes.TrimSpace(raw[lineStart(raw, from):from])) > 0 && s.i+1 < s.count() {
		to = s.neighbour(1).begin() // beside a dash, which keeps its place
	}
	if c.Op == Insert && s.i > 0 && s.parent != nil { // below the one before it, above the comments of the next
		from = s.neighbour(-1).value.end
	}
	if len(tokens) == 0 {
		from, to = len(bytes.TrimRight(raw, " \r\n"))-1, len(raw)
	}
	before, after := raw[:lineStart(raw, from)], raw[nextLine(raw, lineEnd(raw, to)):]
	if len(bytes.TrimSpace(before)) > 0 && !bytes.HasPrefix(got, bytes.TrimRight(before, "\r\n")) {
		t.Errorf("%s: %s %s %#v: what stands before it has changed", name, c.Op, c.At, c.Value)
	}
	if !bytes.HasSuffix(got, after) {
		t.Errorf("%s: %s %s %#v: what stands after it has changed\n%s", name, c.Op, c.At, c.Value, cmp.Diff(string(raw), string(got)))
	}
}

func paths(v any, at []string) [][]string {
	var out [][]string
	if len(at) > 0 {
		out = append(out, at)
	}
	switch v := v.(type) {
	case Object:
		for _, m := range v {
			out = append(out, paths(m.Value, append(at[:len(at):len(at)], m.Name))...)
		}
	case []any:
		for i, e := range v {
			out = append(out, paths(e, append(at[:len(at):len(at)], pointerNumber(i)))...)
		}
	}
	return out
}

func pointerNumber(i int) string { return string(json.Number(strings.TrimSpace(jsonInt(i)))) }
func jsonInt(i int) string       { b, _ := json.Marshal(i); return string(b) }

// anyChange makes a change and, in another way than the package does, what must come of it.
func anyChange(r *rand.Rand, name string, v any, all [][]string) (Change, any) {
	at := all[r.IntN(len(all))]
	c := Change{File: name, At: forms.Pointer(pointer(at))}
	var val any
	switch r.IntN(10) {
	case 0, 1, 2, 3, 4: // mostly texts
		val = anyText(r)
	default:
		val = anyValue(r, 3)
	}
	have, _ := lookup(v, at)
	switch k := r.IntN(10); {
	case k < 2:
		c.Op = Remove
		return c, changed(v, at, func(up any, last string) any { return without(up, last) })
	case k < 4:
		switch have := have.(type) {
		case []any:
			i := r.IntN(len(have) + 1)
			c.Op, c.At, c.Value = Insert, forms.Pointer(pointer(append(at[:len(at):len(at)], jsonInt(i)))), val
			return c, changed(v, at, func(up any, last string) any {
				list := append(append(append([]any{}, have[:i]...), val), have[i:]...)
				return with(up, last, list)
			})
		case Object:
			c.Op, c.At, c.Value = Set, c.At.Join("ny-nyckel"), val
			return c, changed(v, at, func(up any, last string) any {
				return with(up, last, append(append(Object{}, have...), Member{"ny-nyckel", val}))
			})
		}
	}
	c.Op, c.Value = Set, val
	return c, changed(v, at, func(up any, last string) any { return with(up, last, val) })
}

// changed copies content and changes the list or object around a value.
func changed(v any, at []string, do func(up any, last string) any) any {
	if len(at) == 1 {
		return do(v, at[0])
	}
	below, _ := lookup(v, at[:1])
	return with(v, at[0], changed(below, at[1:], do))
}

func with(up any, last string, v any) any {
	switch up := up.(type) {
	case Object:
		out := Object{}
		for _, m := range up {
			if m.Name == last {
				m.Value = v
			}
			out = append(out, m)
		}
		return out
	case []any:
		out := append([]any{}, up...)
		i, _ := index(last, len(up))
		out[i] = v
		return out
	}
	return up
}

func without(up any, last string) any {
	switch up := up.(type) {
	case Object:
		out := Object{}
		for _, m := range up {
			if m.Name != last {
				out = append(out, m)
			}
		}
		return out
	case []any:
		i, _ := index(last, len(up))
		return append(append([]any{}, up[:i]...), up[i+1:]...)
	}
	return up
}

var texts = []string{"", "a", "Vem gäller ansökan?", " leading", "trailing ", "a: b", "a #b", "- a", "? x", "12", "true", "Yes", "null", "~", "2026-01-01", "[x]", "{x}",
	"a, b", "\"q\"", "it's", "|", ">-", "&a", "*a", "!x", "%x", "@x", "`x`", "# x", "a\nb", "a\n\nb\n", "\na", "a\n\n\n", " a\nb", "# a\n# b", "a\n  b\n c", "\t", "a\tb", "\ta\nb",
	"😀", "\u0085", "a\u2028b", "\ufeff", "\x01", "---", "--- a", "...", "a:", ":a", "a\\nb", "0x1f", "1e3", ".5", "-", "?", ":", ",", "<<", "=",
	strings.Repeat("ord ", 60) + "slut", strings.Repeat("x", 300), "a  b   c", "rad ett\nrad två: med # allt \"möjligt\"\n- punkt\n", " ", "\n", "~/x", "/elev/barn"}

func anyText(r *rand.Rand) string { return texts[r.IntN(len(texts))] }

func anyValue(r *rand.Rand, depth int) any {
	switch k := r.IntN(9); {
	case k == 0:
		return nil
	case k == 1:
		return r.IntN(2) == 0
	case k == 2:
		return json.Number([]string{"0", "14", "-3", "1.50", "123456789012345678901234567890"}[r.IntN(5)])
	case k < 5 || depth == 0:
		return anyText(r)
	case k < 7:
		out := make([]any, r.IntN(4))
		for i := range out {
			out[i] = anyValue(r, depth-1)
		}
		return out
	default:
		o := Object{}
		for i := range r.IntN(4) {
			o = append(o, Member{[]string{"a", "b c", "/x/*/y"}[i] + strings.Repeat("_", r.IntN(2)), anyValue(r, depth-1)})
		}
		return o
	}
}

func TestGet(t *testing.T) {
	files := Files{"form.yaml": []byte("a: {b: [1, x]}\n"), "documents/d.md": []byte("a\r\nb")}
	for _, c := range []struct {
		file string
		at   forms.Pointer
		want any
		ok   bool
	}{
		{"form.yaml", "/a/b/1", "x", true}, {"form.yaml", "/a/b/0", json.Number("1"), true}, {"form.yaml", "/a/c", nil, false},
		{"documents/d.md", "", "a\nb", true}, {"layout.yaml", "/a", nil, false},
	} {
		if got, ok := Get(files, c.file, c.at); ok != c.ok || !same(got, c.want) {
			t.Errorf("%s%s: %v %v", c.file, c.at, got, ok)
		}
	}
}

// Nothing that is in a file makes the splicer panic, or write what reads otherwise: that Apply checks itself.
func FuzzApply(f *testing.F) {
	f.Add([]byte(hard), "text", false)
	f.Add([]byte("{\"a\": [1, {\"b\": \"c\"}]}"), "te\nxt", true)
	f.Add([]byte("a: 'x\n\n  y'\nb: [x\n, y]"), "- a", false)
	f.Fuzz(func(t *testing.T, raw []byte, text string, json bool) {
		name := "form.yaml"
		if json {
			name = "schema.json"
		}
		v, err := read(name, raw)
		if err != nil || len(raw) > 2000 {
			return
		}
		for _, at := range paths(v, nil) {
			for _, op := range []Op{Set, Remove} {
				got, err := Apply(Files{name: raw}, []Change{{File: name, Op: op, At: forms.Pointer(pointer(at)), Value: text}})
				if err == nil {
					if _, err := read(name, got[name]); err != nil {
						t.Fatal(err)
					}
				} else if !errors.Is(err, fault.Invalid) {
					t.Fatal(err)
				}
			}
		}
	})
}
