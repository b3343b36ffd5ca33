package document

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"samtjanst/renderer/markdown"
)

// contexts are places in a document where a value may stand.
var contexts = []string{
	"{{v}}", "a {{v}} b", "{{v}} b", "a{{v}}", "a\n{{v}}", "{{v}}\nb", "{{v}}\n===", "# {{v}}", "## a {{v}} #", "- {{v}}", "- a\n  {{v}}", "1. {{v}}\n2. b",
	"> {{v}}", "**a {{v}} b**", "*a {{v}} b*", "[a {{v}} b](/x)", "[a]{{v}}", "![a]{{v}}", "| a | b |\n|---|---|\n| {{v}} | c |", "| {{v}} |\n|---|\n| c |", "a\n\n{{v}}. b\n\nc",
	"{{v}}) b", "{{v}}{{v}}", "{{v}}: {{v}}", "<{{v}}>", "a&{{v}}", "[a]: /x\n\n{{v}}", "a  \n{{v}}", "~~a {{v}} b~~", "\n\n{{v}}\n\n",
}

// FuzzValues is the promise of the package: whatever a value holds, and wherever it stands, the document has the blocks,
// styles and links that it has with a plain word, and shows the value as it is.
func FuzzValues(f *testing.F) {
	for _, seed := range []string{"Alva Testsson", "# a", "- a", "1. a", "1", "a\n\n# b", "a\n---", "===", "| a |\n|---|", "*a*", "_a_", "`a`", "[a](javascript:x)", "(https://evil.example)", ": /x",
		"<script>alert(1)</script>", "&lt;", "#10;", "![a](b)", "<https://evil.example>", "a\\", "\\", "    code", "\tcode", "```\na", "> a", "a  \nb", "***", "**", "{{v}}", "}}", "\x00\xff", "a\u2028b",
		"[x]: /y", "www.evil.example", "~~a~~", "a@b.se", "+", "-", "123456789.", "1)", "\"", "\u00a0", "é*"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, v string) {
		const word = "Qqq" // what a plain value looks like
		shown := Plain(v)
		if strings.Trim(shown, "\u00a0\u3000\u2003 ") == "" || strings.Contains(shown, word) || strings.ContainsAny(shown, "\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\u00a0") {
			return // nothing to show is the template's to handle (#if); other spaces are trimmed like spaces in places
		}
		for _, context := range contexts {
			tmpl, err := Parse("x", context)
			if err != nil {
				t.Fatal(err)
			}
			fill := func(v string) string {
				md, err := tmpl.Execute(map[string]any{"v": v})
				if err != nil {
					t.Fatal(err)
				}
				return md
			}
			filled := fill(v)
			want := strings.ReplaceAll(dump(markdown.Parse(fill(word))), word, shown)
			if got := dump(markdown.Parse(filled)); got != want {
				t.Fatalf("%q in %q is\n%q, not\n%q\nMarkdown %q", v, context, got, want, filled)
			}
		}
	})
}

// dump writes a tree with every block, style and link.
func dump(blocks []markdown.Block) string {
	var b strings.Builder
	inline := func(in markdown.Inline) {
		style := ""
		for _, s := range in {
			if s.Text != "\n" { // a break has no style of its own
				now := fmt.Sprintf("<%v %v %v %v %s>", s.Bold, s.Italic, s.Code, s.Struck, s.Link)
				if now != style {
					b.WriteString(now)
					style = now
				}
			}
			b.WriteString(s.Text)
		}
	}
	for _, block := range blocks {
		fmt.Fprintf(&b, "\n%T(", block)
		switch block := block.(type) {
		case *markdown.Heading:
			fmt.Fprint(&b, block.Level)
			inline(block.Text)
		case *markdown.Paragraph:
			inline(block.Text)
		case *markdown.List:
			fmt.Fprint(&b, block.Ordered, block.Tight)
			for _, item := range block.Items {
				b.WriteString("\n*" + dump(item))
			}
		case *markdown.Quote:
			b.WriteString(dump(block.Blocks))
		case *markdown.Code:
			b.WriteString(block.Text)
		case *markdown.Table:
			for _, row := range append([][]markdown.Inline{block.Header}, block.Rows...) {
				for _, cell := range row {
					b.WriteString("|")
					inline(cell)
				}
			}
		}
		b.WriteString(")")
	}
	return b.String()
}

// FuzzParse: any source parses or is refused with places within it; what parses can be filled or says what is lacking.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"{{a}}", "{{#if a}}x{{else}}y{{/if}}", "{{#each l}}{{this}}{{number}}{{/each}}", `\{{ }}`, "{{", "}}", "{{#if", "\r\n{{/each}}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, src string) {
		tmpl, err := Parse("x", src)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || e.Line < 1 || e.Column < 1 || e.Line > strings.Count(src, "\n")+1 {
				t.Fatalf("%v", err)
			}
			return
		}
		tmpl.Placeholders()
		if _, err := tmpl.Execute(map[string]any{"a": "x", "l": []string{"y", "z"}}); err != nil {
			var e *Error
			if !errors.As(err, &e) {
				t.Fatal(err)
			}
		}
	})
}
