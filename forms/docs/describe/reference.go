package describe

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"samtjanst/forms"
	"samtjanst/forms/expr"
	"samtjanst/forms/lint"
	"samtjanst/forms/schema"
)

// Reference writes the reference for authors, in Markdown.
func Reference(s *Source) string {
	w := &reference{source: s}
	w.p("# Reference", "Made from the code by `go generate ./forms/docs`; a test holds it to the code. The way from nothing to a published service is in "+
		"[tutorial.md](tutorial.md), what becomes of hidden values in [hidden-values.md](hidden-values.md).")
	w.contents()
	for _, f := range Files {
		w.file(f.Name, f.File, f.About, f.Type)
	}
	w.schema()
	w.texts()
	w.documents()
	w.conditions()
	w.repeat()
	w.expressions()
	w.problems()
	w.commands()
	return w.b.String()
}

type reference struct {
	source *Source
	b      strings.Builder
}

func (w *reference) p(paragraphs ...string) {
	for _, p := range paragraphs {
		w.b.WriteString(p + "\n\n")
	}
}

func (w *reference) row(cells ...string) {
	for i, c := range cells {
		cells[i] = strings.ReplaceAll(c, "|", `\|`)
	}
	w.b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
}

func (w *reference) head(cells ...string) {
	w.row(cells...)
	w.row(slices.Repeat([]string{"---"}, len(cells))...)
}

// end is after a table.
func (w *reference) end() { w.b.WriteString("\n") }

func (w *reference) contents() {
	w.p("A form is a folder:")
	w.head("file", "what it holds")
	w.row("`"+forms.FormFile+"`", "what the service is, who owns it and how a case goes")
	w.row("`"+forms.SchemaFile+"`", "JSON Schema 2020-12 of the answers: the one truth for pages, validation, PDF and data")
	w.row("`"+forms.LayoutFile+"`", "pages → sections → fields")
	w.row("`text/<language>.yaml`", "translations; Swedish stands in the files above")
	w.row("`documents/<name>.md`", "receipt, decision, letters: Markdown with placeholders; `<name>.<language>.md` in another language")
	w.row("`"+forms.TableDir+"/*.yaml`", "values that change from one day to another, as a tariff")
	w.row("`"+forms.ScenarioDir+"/*.yaml`", "executable examples")
	w.row("`README.md`", "for colleagues; never shown")
	w.end()
	w.p("An unknown file or key is a mistake that lint tells of, with the nearest known one. YAML has plain values only: no anchors, aliases, "+
		"tags or merge keys; dates and numbers with leading zeros stand in quotes. Hidden files are passed over.",
		"Editors complete and check the files by the JSON Schemas in [schemas](schemas), which `samtjanst form schemas DIR` writes out and the first line of a "+
			"file names: `# yaml-language-server: $schema=../.schemas/form.schema.json`.")
}

func (w *reference) file(name, file, about string, t reflect.Type) {
	w.p("## "+file, about+" Schema: [schemas/"+name+Suffix+"](schemas/"+name+Suffix+").")
	for i, one := range w.source.Structs(t) {
		if i > 0 {
			w.p("### "+w.title(t, one), one.Doc)
		}
		w.head("key", "type", "meaning")
		for _, k := range one.Keys {
			text := k.Doc
			if v := values()[one.Name+"."+k.Name]; v != nil && k.Name != "widget" {
				text = strings.TrimRight(text, ".") + ". Values: " + list(v) + "."
			}
			w.row("`"+k.Name+"`", typeName(k.Type), text)
		}
		w.end()
	}
}

// title is where a mapping stands: "pages[].sections[]".
func (w *reference) title(root reflect.Type, one Struct) string {
	at, _ := w.path(root, one.Name, map[reflect.Type]bool{})
	return "`" + strings.TrimPrefix(at, ".") + "`"
}

func (w *reference) path(t reflect.Type, name string, seen map[reflect.Type]bool) (string, bool) {
	if seen[t] {
		return "", false
	}
	seen[t] = true
	for _, k := range w.source.Of(t).Keys {
		at, e := "."+k.Name, k.Type
		for ; e.Kind() != reflect.Struct && e != element(e); e = e.Elem() {
			if e.Kind() == reflect.Slice {
				at += "[]"
			}
		}
		if e.Kind() != reflect.Struct || e == condition {
			continue
		}
		if e.Name() == name {
			return at, true
		}
		if rest, ok := w.path(e, name, seen); ok {
			return at + rest, true
		}
	}
	return "", false
}

func list(values []any) string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = fmt.Sprintf("`%v`", v)
	}
	return strings.Join(out, ", ")
}

func typeName(t reflect.Type) string {
	if t == condition || t.Kind() == reflect.Pointer && t.Elem() == condition {
		return "condition"
	}
	switch t.Kind() {
	case reflect.Pointer:
		return typeName(t.Elem())
	case reflect.Slice:
		return "list of " + typeName(t.Elem())
	case reflect.Map:
		return "name → " + typeName(t.Elem())
	case reflect.String:
		return "text"
	case reflect.Bool:
		return "true or false"
	case reflect.Int:
		return "whole number"
	case reflect.Interface:
		return "any value"
	}
	return "mapping"
}

func (w *reference) schema() {
	w.p("## "+forms.SchemaFile, "JSON Schema 2020-12. The order of `properties` is the order of fields that the layout does not place one by one. `$ref` stays "+
		"within the file. A field's label is the schema's `title`, its hint the `description`, unless the layout says otherwise. What kind of control a value gets:")
	w.head("kind", "what the schema says, and how it is posted")
	for _, c := range w.source.consts {
		if c.group == "Kind" {
			w.row(strings.TrimSuffix(c.name, "Field"), c.doc)
		}
	}
	formats := schema.Formats()
	slices.Sort(formats)
	w.end()
	w.p("Formats beside those of JSON Schema, or stricter than they are there: "+code(formats)+".",
		"Widgets that the layout may ask for:")
	w.head("widget", "for")
	for _, x := range forms.Widgets {
		w.row("`"+x.Name+"`", x.About)
	}
	w.end()
}

func code(words []string) string { return "`" + strings.Join(words, "`, `") + "`" }

func (w *reference) texts() {
	w.p("## text/&lt;language&gt;.yaml", "Keys are nested as one likes and joined by points: `pages.elev.title`. Schema: [schemas/text"+Suffix+"](schemas/text"+Suffix+"). "+
		"`samtjanst form lint` tells which are missing and which belong to nothing.")
	w.head("key", "translates")
	for _, r := range [][2]string{{"form.title, .summary, .category", "form.yaml"}, {"overview.signers, .handling, .help, .decision, .otherWay", "overview"},
		{"overview.needs.N", "the Nth of overview.needs, from 0"}, {"signing.document, .declare", "signing"}, {"parties.ROLE.title", "parties"},
		{"decision.outcomes.ID", "the title of an outcome"}, {"pages.ID.title, .help", "a page"},
		{"pages.ID.sections.ID.title, .help", "a section, by id or number"},
		{"fields.POINTER.label, .hint, .help, .prefix, .suffix, .item", "a field: title and description of the schema, or what the layout says"},
		{"fields.POINTER.options.VALUE, .optionHints.VALUE", "what can be chosen"}, {"fields.POINTER.messages.CODE", "own texts of problems"},
		{"fields.ID.label, .hint, .help, .notice", "a shown fact or a notice"}} {
		w.row("`"+r[0]+"`", r[1])
	}
	w.end()
}

func (w *reference) documents() {
	w.p("## documents/*.md", "Markdown without HTML. `mottagningskvitto` (receipt), `komplettering` (request for completion) and `underrattelsebrev` (letter of notice) "+
		"have fixed names; the decision and how to appeal are named in `decision`. Placeholders: "+placeholders()+" and `{{computed.NAME}}`.")
}

func placeholders() string {
	out := slices.Clone(lint.Placeholders)
	for i, p := range out {
		out[i] = "`{{" + p + "}}`"
	}
	return strings.Join(out, ", ")
}

func (w *reference) conditions() {
	w.p("## Conditions", "A condition is a JSON Schema from a static subset, over `{"+strings.Join(forms.ScopeKeys, ", ")+"}`. Only `showWhen` hides. A key that begins "+
		"with `/` is a place, and short for `type: object`, `properties` and `required` all the way down: an absent value fulfils no condition by accident.",
		"Keywords: "+code(forms.ConditionKeywords())+".",
		"```yaml\nshowWhen: {/answers/boende/typ: {const: vaxelvis}}                  # equals\n"+
			"showWhen: {/answers/grund/skal: {contains: {const: avstand}}}       # a list has it\n"+
			"showWhen: {/answers/antal: {minimum: 3}, /answers/typ: {enum: [a, b]}}   # both\n"+
			"showWhen: {anyOf: [{/answers/a: {const: true}}, {/computed/b: {const: true}}]}   # either\n"+
			"showWhen: {not: {/answers/a: {const: true}}}                        # not, also when it is not answered\n"+
			"showWhen: {/row/typ: {const: annan}}                                # within rows, on a page with repeat: this row's own value\n```",
		"A condition may stand at anything that is placed, within one of several shapes (`oneOf`) and within a list of fixed places (`prefixItems`) too. There it hides in that "+
			"shape only, and the list ends before a hidden place. What a shape always requires cannot be hidden: take it out of `required` and write `required: true` here.",
		"Pages, sections, fields, options, shown facts and computed values form one graph; lint refuses a circle and shows it.")
}

func (w *reference) repeat() {
	w.p("## A page for each row", "A list that asks much of each row is easier to answer a row at a time: its rows are listed on one page, and a page with `repeat` follows once for each. "+
		fmt.Sprintf("The list stands on an earlier page with at least one field of its rows, in no other rows, and may have at most %d of them (`maxItems` in schema.json).", forms.MaxPages),
		"```yaml\n- id: barn\n  title: Vilka barn gäller det?\n  sections: [{fields: [{pointer: /barn, item: barn}, {pointer: /barn/*/namn}]}]\n"+
			"- id: skola\n  title: Skola\n  repeat: /barn                                # pages skola.1, skola.2 …, one for each row\n  showWhen: {/row/namn: {minLength: 1}}        # may read the row, as its sections, fields and notices may\n"+
			"  sections: [{fields: [{pointer: /barn/*/skola}]}]\n```",
		"Such a page places fields of the rows, notices and shown facts. A field stands in one place: what it asks is not asked where the rows are listed. Scenarios name the "+
			"page of the second row `skola.2` and answer `/barn/1/skola`. Who takes a row away takes with it what was answered on its page.")
}

func (w *reference) expressions() {
	w.p("## Expressions", "[CEL](https://cel.dev) over `answers`, `facts`, `computed`, `actor`, `settings`, `parties` and `today` (a text, YYYY-MM-DD). `optionsFrom` within rows, and "+
		"`fact` on a page with `repeat`, may read the row that they stand in as `row` (`row.?amne.orValue(\"\")`): then each row has its own. What may be absent is read "+
		"with `.?` and given a value with `orValue`, or asked for by `has`; an expression that ends in nothing is absent. "+
		fmt.Sprintf("An expression has at most %d characters and a bounded cost; nothing in it reaches the outside.", expr.MaxLength),
		"Numbers are exact decimals. These are all the functions; the meanings are in Swedish, as `form lint` and the builder have them.")
	group := ""
	for _, f := range expr.Functions() {
		if f.Group != group {
			group = f.Group
			w.end()
			w.p("### " + group)
			w.head("function", "meaning", "example", "gives")
		}
		w.row("`"+f.Signature+"`", f.Meaning, "`"+f.Example+"`", "`"+f.Result+"`")
	}
	w.end()
}

func (w *reference) problems() {
	w.p("## Problems", "What can be wrong with an answer, by stable code. `messages` of a field gives a text of its own for a code; scenarios name a problem as "+
		"`/pointer code`.")
	w.head("code", "parameters, and when")
	for _, c := range w.source.consts {
		if c.group == "" && c.value != "" && problemCode(c) {
			w.row("`"+c.value+"`", c.doc)
		}
	}
	w.end()
}

// problemCode tells the codes from the other constants of package forms: their names are their values, or nearly.
func problemCode(c constant) bool {
	plain := strings.ToLower(strings.TrimSuffix(c.name, "Code"))
	return strings.ReplaceAll(c.value, "-", "") == plain
}

func (w *reference) commands() {
	w.p("## Commands", "PATH is a form's folder or a folder of them. Exit status 0: all is well; 1: there is something to mend (or to think of, for `diff`); 2: the command or what it "+
		"was given was not understood.")
	w.head("command", "what it does")
	for _, r := range [][2]string{
		{"samtjanst form new NAME [--dir DIR]", "a working form to change into one's own"},
		{"samtjanst form lint [--format text|json] PATH…", "file:line:column, what is wrong, how to mend it; 1 when there is anything"},
		{"samtjanst form test [--format text|json] PATH…", "runs the scenarios and shows how they differ; 1 when any does"},
		{"samtjanst form preview DIR [--listen ADDRESS]", "the pages in a browser, shown anew when a file changes"},
		{"samtjanst form export DIR [-o FILE.json|FILE.zip]", "one JSON document (stdout without -o) or a zip"},
		{"samtjanst form import FILE.json|FILE.zip DIR", "a folder from what export wrote; never into a folder that has something in it"},
		{"samtjanst form diff [--format text|json] A B", "what changed from A to B (folders or exported files) and what it means for open drafts; 0 when B can be published in place of A: the change is safe, or B says under `drafts` what becomes of them"},
		{"samtjanst form render --schema FILE [--layout FILE] [--data FILE] [--lang sv]", "any JSON Schema as one HTML document on stdout; 2 with the reason when it is refused"},
		{"samtjanst form decode --schema FILE [--layout FILE] [--data STORED] [--lang sv]", "a posted page (application/x-www-form-urlencoded, stdin) as `{answers, problems}`; 0 with or without problems, 2 on input that cannot be used"},
		{"samtjanst form schemas DIR", "the JSON Schemas of the files, for editors"},
	} {
		w.row("`"+r[0]+"`", r[1])
	}
}
