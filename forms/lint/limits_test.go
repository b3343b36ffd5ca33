package lint_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"samtjanst/forms/lint"
)

// Limits that cannot be counted, or whose end nothing can bring, are refused where they are written.
func TestLimitMistakes(t *testing.T) {
	const rest = ", title: T, law: L, period: 1 week, done: D, missed: M"
	for limits, want := range map[string]string{
		"[fl11, fl12]": "",
		"[{use: fl11, period: 6 weeks, when: {/answers/namn: {const: Prov}}}]":                                                         "",
		"[{id: a, from: decided" + rest + ", validTo: \"2026-12-31\"}, {id: a, from: decided" + rest + ", validFrom: \"2027-01-01\"}]": "",
		"[fl13]":                              `there is no ready-made limit "fl13"`,
		"[fl11, fl11]":                        `two limits are called "fl11" on the same day`,
		"[{id: a, from: signed" + rest + "}]": `counted from "signed"`,
		"[{id: a, from: /finns/inte" + rest + "}]":                                       "it reads /finns/inte",
		"[{id: a, from: /namn" + rest + "}]":                                             "which is no date",
		"[{id: a, from: \"done:b\"" + rest + "}]":                                        `counted from "b", and there is no such limit`,
		"[{id: a, from: \"done:b\"" + rest + "}, {id: b, from: \"done:a\"" + rest + "}]": "counted from itself, by way of others",
		"[{id: a, from: decided, title: T, law: L, period: 1 year, done: D, missed: M}]": "the units are hours",
		"[{id: a, from: decided" + rest + ", warn: [{before: 1 day, to: chef}]}]":        "a warning needs before",
		"[{use: fl11, when: {/answers/saknas: {const: x}}}]":                             "it reads /saknas",
		"[{id: a, frm: decided" + rest + "}]":                                            `did you mean "from"?`,
	} {
		t.Run(limits, func(t *testing.T) {
			fsys := well()
			fsys["form.yaml"] = &fstest.MapFile{Data: []byte("limits: " + limits + "\n" +
				strings.Replace(string(fsys["form.yaml"].Data), "decision:\n", "decision:\n  outcomes: [{id: bifall, title: Bifall}]\n", 1))}
			var lines []string
			for _, d := range lint.Folder(fsys, ".", lint.Options{Languages: []string{}}) {
				lines = append(lines, d.String())
			}
			got := strings.Join(lines, "\n")
			switch {
			case want == "" && got != "":
				t.Errorf("lint says:\n%s", got)
			case want != "" && (len(lines) == 0 || !strings.Contains(got, want) || !strings.Contains(got, "form.yaml:1:")):
				t.Errorf("lint says:\n%s\nand not %q", got, want)
			}
		})
	}
}
