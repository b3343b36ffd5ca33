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
// in variants and tuples and on the pages of rows; values computed of others, options and facts. Answers makes answers of it.
func Graph(r *rand.Rand) Source {
	g := &graphs{gen: &gen{r: r}}
	g.reads = []string{"/answers/a", "/facts/f", "/settings/mest"}
	g.line("pages:")
	g.line("  - {id: ett, title: Ett, sections: [{fields: [{pointer: /a}]}]}")
	g.page("tva")
	g.section("")
	g.field("/b")
	g.field("/c")
	g.section("")
	g.field("/g/p")
	g.field("/g/q")
	g.field("/g/r")
	g.line("          - {notice: Stopp, kind: stop, id: stopp%s}", g.inline(""))
	g.page("rader")
	g.section("")
	g.line("          - {pointer: /rader, item: rad}")
	g.line("          - {pointer: /rader/*/k}")
	g.line("          - {pointer: /rader/*/l%s}", g.inline("/row/k"))
	if g.one(2) {
		g.inRows()
	} else {
		g.onPagesOfRows()
	}
	g.reads = append(g.reads, "/computed/v0", "/computed/v1")
	g.page("val")
	g.section("")
	g.line("          - {pointer: /val}")
	g.field("/val/u")
	g.line("          - {pointer: /par}")
	g.field("/par/1")
	g.reads = append(g.reads, "/computed/sist", "/computed/v2", "/answers/rader/0/m")
	g.page("sist")
	g.section("")
	g.field("/d")
	g.field("/e")
	g.line(`          - {pointer: /f, optionsFrom: '[{"value": answers.?b.orValue("b"), "label": "B"}, {"value": "z", "label": "Z"}]'%s}`, g.inline(""))
	g.line("          - {fact: 'computed.?v1', label: V, id: fakta}")
	return Source{Meta: g.meta(), Schema: g.schema(), Layout: g.layout.String()}
}

type graphs struct {
	*gen
	layout strings.Builder
	reads  []string // what a condition may read without going round
}

func (g *graphs) line(format string, args ...any) { fmt.Fprintf(&g.layout, format+"\n", args...) }

func (g *graphs) page(id string) {
	g.line("  - id: %s\n    title: %[1]s%s\n    sections:", id, g.when("    ", ""))
}

func (g *graphs) section(row string) {
	g.line("      - title: S%s\n        fields:", g.when("        ", row))
}

// field places a field that what follows may read.
func (g *graphs) field(at string) {
	g.line("          - {pointer: %s%s}", at, g.inline(""))
	g.reads = append(g.reads, "/answers"+at)
}

func (g *graphs) inRows() {
	g.line("          - {pointer: /rader/*/m%s}", g.inline("/row/l"))
	g.line(`          - {pointer: /rader/*/n, optionsFrom: '[{"value": row.?k.orValue("-"), "label": "K"}, {"value": answers.?b.orValue("b"), "label": "B"}]'}`)
	g.line("          - {pointer: /rader/*/inre, item: inre}")
	g.line("          - {pointer: /rader/*/inre/*/s}")
	g.line("          - {pointer: /rader/*/inre/*/t%s}", g.inline("/row/s"))
}

func (g *graphs) onPagesOfRows() {
	g.line("  - id: rad\n    title: Rad\n    repeat: /rader%s\n    sections:", g.when("    ", "/row/k"))
	g.section("/row/l")
	g.line("          - {pointer: /rader/*/m%s}", g.inline("/row/l"))
	g.line(`          - {fact: 'row.?l.orValue("") + answers.?c.orValue("")', label: L, id: radfakta}`)
	g.line("          - {notice: Stopp, kind: stop, id: radstopp%s}", g.inline("/row/k"))
}

func (g *graphs) schema() string {
	return fmt.Sprintf(`{"type":"object","properties":{"a":%[1]s,"b":%[1]s,"c":%[1]s,"g":{"type":"object","required":["p"],"properties":{"p":%[1]s,"q":%[1]s,"r":%[1]s}},
		"rader":{"type":"array","title":"R","maxItems":9,"items":{"type":"object","required":["k"],"properties":{"k":%[1]s,"l":%[1]s,"m":%[1]s,"n":{"type":"string","title":"N"},
			"inre":{"type":"array","title":"I","items":{"type":"object","properties":{"s":%[1]s,"t":%[1]s}}}}}},
		"val":{"title":"V","oneOf":[{"title":"Ett","type":"object","required":["sort"],"properties":{"sort":{"const":"ett"},"u":%[1]s,"w":%[1]s}},
			{"title":"Två","type":"object","required":["sort"],"properties":{"sort":{"const":"två"},"u":%[1]s}}]},
		"par":{"title":"P","type":"array","prefixItems":[%[1]s,%[1]s,%[1]s],"items":false},
		"d":%[1]s,"e":%[1]s,"f":{"type":"string","title":"F"}}%[2]s}`, `{"type":"string","title":"T","enum":["x","y","z"]}`,
		pick(g.gen, "", `,"if":{"properties":{"a":{"const":"x"}},"required":["a"]},"then":{"required":["b"]}`))
}

// meta computes values of what stands before the conditions that read them.
func (g *graphs) meta() string {
	var b strings.Builder
	b.WriteString("id: prov\ntitle: Prov\nsettings: {mest: x}\ncomputed:\n  sist: computed.?v0.orValue('') == computed.?v1.orValue('')\n")
	for i := range 3 {
		fmt.Fprintf(&b, "  v%d: >-\n    %s\n", i, pick(g.gen,
			"answers.?rader.orValue([]).filter(r, r.?m.orValue('') == '"+g.value()+"').size()",
			"answers.?a.orValue('') + answers.?c.orValue('')",
			"answers.b + 'x'", // fails where there is none
			"facts.?f.orValue('') + today"))
	}
	return b.String()
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
		return "\n" + indent + "showWhen: " + c
	}
	return ""
}

func (g *graphs) inline(row string) string {
	if c := g.condition(row); c != "" {
		return ", showWhen: " + c
	}
	return ""
}

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
