package formgen

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// Source is a form as its author writes it.
type Source struct{ Meta, Schema, Layout string }

// few are the values of the fields of a Graph: so few that conditions come true now and then.
var few = []string{"x", "y", "z"}

// Graph makes a form in which much hangs on what stands before it: conditions of pages, sections and fields, also in rows, in rows of rows,
// in variants and tuples and on the pages of rows; values computed of others, options and facts. Answers and Changed make answers of it.
func Graph(r *rand.Rand) Source {
	g := &graphs{gen: &gen{r: r}}
	text := `{"type":"string","title":"T","enum":["x","y","z"]}`
	schema := fmt.Sprintf(`{"type":"object","properties":{"a":%[1]s,"b":%[1]s,"c":%[1]s,"g":{"type":"object","required":["p"],"properties":{"p":%[1]s,"q":%[1]s,"r":%[1]s}},
		"rader":{"type":"array","title":"R","maxItems":9,"items":{"type":"object","required":["k"],"properties":{"k":%[1]s,"l":%[1]s,"m":%[1]s,"n":{"type":"string","title":"N"},
			"inre":{"type":"array","title":"I","items":{"type":"object","properties":{"s":%[1]s,"t":%[1]s}}}}}},
		"val":{"title":"V","oneOf":[{"title":"Ett","type":"object","required":["sort"],"properties":{"sort":{"const":"ett"},"u":%[1]s,"w":%[1]s}},
			{"title":"Två","type":"object","required":["sort"],"properties":{"sort":{"const":"två"},"u":%[1]s}}]},
		"par":{"title":"P","type":"array","prefixItems":[%[1]s,%[1]s,%[1]s],"items":false},
		"d":%[1]s,"e":%[1]s,"f":{"type":"string","title":"F"}}%[2]s}`, text, pickOne(r, "", `,"if":{"properties":{"a":{"const":"x"}},"required":["a"]},"then":{"required":["b"]}`))

	var meta, layout strings.Builder
	meta.WriteString("id: prov\ntitle: Prov\nsettings: {mest: x}\ncomputed:\n")
	computed := []string{
		`"%[1]s: answers.?rader.orValue([]).filter(r, r.?m.orValue('') == '` + g.value() + `').size()"`,
		`"%[1]s: answers.?%[2]s.orValue('') + answers.?d.orValue('')"`,
		`"%[1]s: answers.%[2]s + 'x'"`, // fails where there is none
		`"%[1]s: facts.?f.orValue('') + today"`,
	}
	for i := range 3 {
		line := strings.Trim(pickOne(r, computed...), `"`)
		fmt.Fprintf(&meta, "  "+strings.Replace(line, ": ", ": >-\n    ", 1)+"\n", fmt.Sprintf("v%d", i), pickOne(r, "a", "b"))
	}
	fmt.Fprintf(&meta, "  sist: computed.?v0.orValue('') == computed.?v1.orValue('')\n")

	layout.WriteString("pages:\n")
	page := func(id, more string) {
		fmt.Fprintf(&layout, "  - id: %s\n    title: %s\n%s%s    sections:\n", id, id, more, g.when("    ", ""))
	}
	section := func() { fmt.Fprintf(&layout, "      - title: S\n%s        fields:\n", g.when("        ", "")) }
	field := func(at, row, more string) {
		fmt.Fprintf(&layout, "          - {pointer: %s%s%s}\n", at, more, g.inline(row))
		if !strings.Contains(at, "*") {
			g.reads = append(g.reads, "/answers"+at)
		}
	}
	layout.WriteString("  - id: ett\n    title: Ett\n    sections:\n      - fields: [{pointer: /a}]\n")
	g.reads = append(g.reads, "/answers/a", "/facts/f", "/settings/mest")
	page("tva", "")
	section()
	field("/b", "", "")
	field("/c", "", "")
	section()
	for _, at := range []string{"/g/p", "/g/q", "/g/r"} {
		field(at, "", "")
	}
	fmt.Fprintf(&layout, "          - {notice: Stopp, kind: stop, id: stopp%s}\n", g.inline(""))
	page("rader", "")
	section()
	layout.WriteString("          - {pointer: /rader, item: rad}\n          - {pointer: /rader/*/k}\n")
	field("/rader/*/l", "/row/k", "")
	repeat := g.one(2)
	if !repeat {
		field("/rader/*/m", "/row/l", "")
		layout.WriteString("          - {pointer: /rader/*/n, optionsFrom: '[{\"value\": row.?k.orValue(\"-\"), \"label\": \"K\"}, {\"value\": answers.?b.orValue(\"b\"), \"label\": \"B\"}]'}\n")
		layout.WriteString("          - {pointer: /rader/*/inre, item: inre}\n          - {pointer: /rader/*/inre/*/s}\n")
		field("/rader/*/inre/*/t", "/row/s", "")
	} else {
		fmt.Fprintf(&layout, "  - id: rad\n    title: Rad\n    repeat: /rader\n%s    sections:\n", g.whenRow("    ", "/row/k"))
		fmt.Fprintf(&layout, "      - title: S\n%s        fields:\n", g.whenRow("        ", "/row/l"))
		field("/rader/*/m", "/row/l", "")
		layout.WriteString("          - {fact: 'row.?l.orValue(\"\") + answers.?c.orValue(\"\")', label: L, id: radfakta}\n")
		fmt.Fprintf(&layout, "          - {notice: Stopp, kind: stop, id: radstopp%s}\n", g.inline("/row/k"))
	}
	g.reads = append(g.reads, "/computed/v0", "/computed/v1")
	page("val", "")
	section()
	layout.WriteString("          - {pointer: /val}\n")
	field("/val/u", "", "")
	layout.WriteString("          - {pointer: /par}\n")
	field("/par/1", "", "")
	page("sist", "")
	section()
	g.reads = append(g.reads, "/computed/sist", "/computed/v2", "/answers/rader/0/m", "/answers/val/u", "/answers/par/1")
	field("/d", "", "")
	return Source{Meta: noCycle(meta.String()), Schema: schema, Layout: layout.String() + tail(g)}
}

// tail is what stands last and reads all that stands before.
func tail(g *graphs) string {
	return fmt.Sprintf("          - {pointer: /e%s}\n          - {pointer: /f, optionsFrom: '[{\"value\": answers.?b.orValue(\"b\"), \"label\": \"B\"}, {\"value\": \"z\", \"label\": \"Z\"}]'%s}\n          - {fact: 'computed.?v1', label: V, id: fakta}\n",
		g.inline(""), g.inline(""))
}

// noCycle lets computed values read what stands before conditions on them only.
func noCycle(meta string) string { return strings.ReplaceAll(meta, "answers.?d", "answers.?c") }

type graphs struct {
	*gen
	reads []string // what a condition may read without going round
}

func (g *graphs) value() string { return pick(g.gen, few...) }

// condition is one over what stands before, sometimes; row is what it may read of its own row.
func (g *graphs) condition(row string) string {
	if len(g.reads) == 0 || g.one(4) {
		return ""
	}
	at := pick(g.gen, g.reads...)
	if row != "" && !g.one(3) {
		at = row
	}
	switch g.r.IntN(4) {
	case 0:
		return fmt.Sprintf("{not: {%s: {const: %s}}}", at, g.value())
	case 1:
		return fmt.Sprintf("{anyOf: [{%s: {const: %s}}, {%s: {enum: [%s, 1, true]}}]}", at, g.value(), pick(g.gen, g.reads...), g.value())
	}
	return fmt.Sprintf("{%s: {enum: [%s, %s, 0, 1, true]}}", at, g.value(), g.value())
}

func (g *graphs) when(indent, row string) string {
	if c := g.condition(row); c != "" {
		return indent + "showWhen: " + c + "\n"
	}
	return ""
}

func (g *graphs) whenRow(indent, row string) string { return g.when(indent, row) }

func (g *graphs) inline(row string) string {
	if c := g.condition(row); c != "" {
		return ", showWhen: " + c
	}
	return ""
}

func pickOne(r *rand.Rand, from ...string) string { return from[r.IntN(len(from))] }

// Answers of a Graph.
func Answers(r *rand.Rand) map[string]any {
	g := &graphs{gen: &gen{r: r}}
	out := obj{}
	for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
		g.put(out, name)
	}
	if !g.one(4) {
		in := obj{}
		for _, name := range []string{"p", "q", "r"} {
			g.put(in, name)
		}
		out["g"] = in
	}
	if !g.one(5) {
		out["rader"] = g.rowsOf(r.IntN(5), "k", "l", "m", "n")
	}
	switch r.IntN(3) {
	case 0:
		out["val"] = obj{"sort": "ett", "u": g.value(), "w": g.value()}
	case 1:
		out["val"] = obj{"sort": "två", "u": g.value()}
	}
	if g.one(2) {
		out["par"] = []any{g.value(), g.value(), g.value()}[:r.IntN(4)]
	}
	return out
}

func (g *graphs) put(in obj, name string) {
	if g.one(4) {
		delete(in, name)
		return
	}
	in[name] = g.value()
}

func (g *graphs) rowsOf(n int, names ...string) []any {
	rows := []any{}
	for range n {
		row := obj{}
		for _, name := range names {
			g.put(row, name)
		}
		if len(names) > 2 && g.one(2) {
			row["inre"] = g.rowsOf(g.r.IntN(3), "s", "t")
		}
		rows = append(rows, any(row))
	}
	return rows
}
