package document

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"samtjanst/renderer/markdown"
)

func TestExecute(t *testing.T) {
	data := map[string]any{
		"reference": "SK-2026-17", "pupil": map[string]any{"name": "Alva *Testsson*", "grade": 5},
		"granted": true, "reasons": Markdown("**Avstånd**\n\n- långt"), "empty": "", "none": nil, "day": time.Date(2026, 6, 2, 0, 0, 0, 0, time.UTC), "km": 6.4,
		"journeys": []map[string]any{{"day": "Måndag", "time": "07.35"}, {"day": "Fredag", "time": "08.00", "note": "kort dag"}},
		"schools":  []string{"Åbyskolan", "Ängskolan"}, "nobody": []string{}, "strings": map[string]string{"a": "b"},
	}
	tests := []struct{ name, src, want string }{
		{"values", "Hej {{pupil.name}}, {{ reference }}, {{pupil.grade}}, {{day}}, {{km}} km{{none}}.", `Hej Alva \*Testsson\*, SK-2026-17, 5, 2026-06-02, 6,4 km.`},
		{"maps of strings", "{{strings.a}}", "b"},
		{"if", "a{{#if granted}}b{{else}}c{{/if}}d{{#if empty}}e{{/if}}{{#if missing.thing}}f{{else}}g{{/if}}", "abdg"},
		{"lines of block tags disappear", "a\n{{#if granted}}\nb\n  {{/if}}  \nc\n{{#if nobody}}\nd\n{{else}}\ne\n{{/if}}\n", "a\nb\nc\ne\n"},
		{"each", "{{#each journeys}}\n{{number}}. {{day}} {{time}}{{#if note}} ({{note}}){{/if}}, {{reference}}\n{{/each}}\n", "1. Måndag 07.35, SK-2026-17\n2. Fredag 08.00 (kort dag), SK-2026-17\n"},
		{"each of texts", "{{#each schools}}[{{this}}]{{/each}}{{#each nobody}}x{{/each}}{{#each none}}x{{/each}}", "[Åbyskolan][Ängskolan]"},
		{"each within each", "{{#each journeys}}{{#each schools}}{{day}}-{{this}}-{{number}} {{/each}}{{/each}}",
			"Måndag-Åbyskolan-1 Måndag-Ängskolan-2 Fredag-Åbyskolan-1 Fredag-Ängskolan-2 "},
		{"markdown keeps its blocks", "Skäl:\n{{reasons}}\nSlut", "Skäl:\n\n**Avstånd**\n\n- långt\n\nSlut"},
		{"literal braces", `\{{pupil.name}} {{reference}}`, "{{pupil.name}} SK-2026-17"},
		{"carriage returns", "a\r\n{{#if granted}}\r\nb\r\n{{/if}}\r\n", "a\nb\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tmpl, err := Parse("brev.md", tt.src)
			if err != nil {
				t.Fatal(err)
			}
			got, err := tmpl.Execute(data)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParseErrors(t *testing.T) {
	tests := []struct{ src, want string }{
		{"a\nåäö {{}}", "brev.md:2:5: {{}} names nothing"},
		{"{{pupil name}}", "brev.md:1:1: “pupil name” is no name"},
		{"{{a..b}}", "brev.md:1:1: “a..b” is no name"},
		{"{{#if a}}\nb", "brev.md:1:1: {{#if}} has no {{/if}}"},
		{"{{#each a}}{{/if}}{{/each}}", "brev.md:1:12: {{/if}} closes nothing that is open here"},
		{"{{else}}", "brev.md:1:1: {{else}} belongs to no {{#if}}"},
		{"{{#if a}}{{else}}{{else}}{{/if}}", "brev.md:1:18: {{else}} belongs to no {{#if}}"},
		{"{{#unless a}}{{/unless}}", "brev.md:1:1: {{#unless}} is unknown; there are {{#if}} and {{#each}}"},
		{"a {{b\n}}", "brev.md:1:3: “{{” is not closed by “}}” on its line\nbrev.md:2:1: “}}” closes nothing"},
		{"å }}", "brev.md:1:3: “}}” closes nothing"},
		{"{{#if}}{{/if}}", "brev.md:1:1: {{#if}} names nothing"},
		{"\xff", "brev.md:1:1: the template is not UTF-8"},
		{"{{a b}}\n{{c d}}", "brev.md:1:1: “a b” is no name\nbrev.md:2:1: “c d” is no name"},
		{strings.Repeat("{{#if a}}", 17) + strings.Repeat("{{/if}}", 17), "brev.md:1:145: blocks are nested too deep"},
		{strings.Repeat("a", maxSource+1), "brev.md:1:1: the template is larger than 256 kB"},
	}
	for _, tt := range tests {
		_, err := Parse("brev.md", tt.src)
		if err == nil || err.Error() != tt.want {
			t.Errorf("%.40q gives %v, want %s", tt.src, err, tt.want)
		}
	}
}

func TestExecuteErrors(t *testing.T) {
	data := map[string]any{"a": map[string]any{"b": "hemlig"}, "flag": true, "md": Markdown("x"), "list": []any{1}}
	tests := []struct{ src, want string }{
		{"x\n  {{missing}}", "brev.md:2:3: there is no “missing”"},
		{"{{a.c}}", "brev.md:1:1: there is no “a.c”"},
		{"{{a.b.c}}", "brev.md:1:1: there is no “a.b.c”"},
		{"{{a}}", "brev.md:1:1: “a” is no text, number or date"},
		{"{{flag}}", "brev.md:1:1: “flag” is no text, number or date"},
		{"{{list}}", "brev.md:1:1: “list” is no text, number or date"},
		{"text {{md}}", "brev.md:1:6: “md” is Markdown and needs a line of its own"},
		{"{{#each flag}}{{/each}}", "brev.md:1:1: “flag” is no list"},
		{"{{#each none}}{{/each}}", "brev.md:1:1: there is no “none”"},
		{"{{#each list}}{{this.x}}{{/each}}", "brev.md:1:15: there is no “this.x”"},
	}
	for _, tt := range tests {
		tmpl, err := Parse("brev.md", tt.src)
		if err != nil {
			t.Fatal(err)
		}
		_, err = tmpl.Execute(data)
		var e *Error
		if !errors.As(err, &e) || e.Error() != tt.want {
			t.Errorf("%q gives %v, want %s", tt.src, err, tt.want)
		}
	}
}

func TestExecuteIsBounded(t *testing.T) {
	tmpl, err := Parse("stor.md", "{{#each l}}{{#each l}}{{#each l}}"+strings.Repeat("x", 100)+"{{/each}}{{/each}}{{/each}}")
	if err != nil {
		t.Fatal(err)
	}
	if _, err = tmpl.Execute(map[string]any{"l": make([]int, 1000)}); err == nil || !strings.Contains(err.Error(), "larger than") {
		t.Errorf("error %v", err)
	}
}

func TestPlaceholders(t *testing.T) {
	tmpl, err := Parse("brev.md", "{{reference}}\n{{#if a.b}}{{c}}{{else}}{{d}}{{/if}}\n{{#each rows}}{{number}} {{day}} {{this.x}}{{#each y}}{{z}}{{/each}}{{/each}}{{number}}")
	if err != nil {
		t.Fatal(err)
	}
	want := []Placeholder{
		{"reference", nil, Value, 1, 1}, {"a.b", nil, Condition, 2, 1}, {"c", nil, Value, 2, 12}, {"d", nil, Value, 2, 25},
		{"rows", nil, List, 3, 1}, {"day", []string{"rows"}, Value, 3, 26}, {"y", []string{"rows"}, List, 3, 44}, {"z", []string{"rows", "y"}, Value, 3, 55},
		{"number", nil, Value, 3, 78},
	}
	if diff := cmp.Diff(want, tmpl.Placeholders()); diff != "" {
		t.Error(diff)
	}
}

func TestEscapeIsReadable(t *testing.T) {
	for in, want := range map[string]string{
		"kl. 7.35 den 2026-06-02, Å-gatan 3": "kl. 7.35 den 2026-06-02, Å-gatan 3",
		"1. ett":                             `1\. ett`, "- a": `\- a`, "a\r\nb\n\n\n\nc": "a&#10;b&#10;&#10;c", "2026": "&#50;026", "  a \t b  ": "a b", "`": "&#96;", "": "",
	} {
		if got := Escape(in); got != want {
			t.Errorf("%q gives %q, want %q", in, got, want)
		}
	}
}

// TestAddresses: a template makes a link of a value that is an address; one that must not be followed stays text.
func TestAddresses(t *testing.T) {
	tmpl, err := Parse("brev.md", "Se [{{url}}]({{url}}).")
	if err != nil {
		t.Fatal(err)
	}
	for url, link := range map[string]string{"https://www.example.se/a_b?c=1&d=(2)": "https://www.example.se/a_b?c=1&d=(2)", "javascript:alert(1)": ""} {
		md, err := tmpl.Execute(map[string]any{"url": url})
		if err != nil {
			t.Fatal(err)
		}
		in := markdown.Parse(md)[0].(*markdown.Paragraph).Text
		got := ""
		for _, s := range in {
			got += s.Link
		}
		if got != link || in.String() != "Se "+url+"." {
			t.Errorf("%q is %q with link %q", url, in.String(), got)
		}
	}
}
