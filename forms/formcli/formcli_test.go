package formcli_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"samtjanst/forms"
	"samtjanst/forms/formcli"
	"samtjanst/forms/lint"
	"samtjanst/forms/scenario"
)

// form writes a form's folder that lint has something to say of, with one scenario.
func form(t *testing.T, scenarioYAML string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "prov")
	for name, text := range map[string]string{
		"form.yaml": "id: prov\ntitle: Prov\ncomputed: {kvot: \"div(12, answers.?antal.orValue(1), 0)\"}\n" +
			"hindrance: [{reason: for-manga, when: {/answers/antal: {const: 99}}}]\n",
		"schema.json":            `{"properties":{"namn":{"type":"string","title":"Namn","minLength":2},"antal":{"type":"integer","title":"Antal"}},"required":["namn"]}`,
		"layout.yaml":            "pages: [{id: p, title: P, sections: [{fields: [{pointer: /namn}, {pointer: /antal}]}]}]\n",
		"scenarios/01-prov.yaml": scenarioYAML,
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const passes = `title: Två steg
today: "2026-11-22"
steps:
  - {page: p, answers: {/namn: A, /antal: 3}, problems: [/namn too-short], next: p}
  - {page: p, answers: {/namn: Anna}, next: kontrollera}
expect: {computed: {kvot: 4}, complete: true, pages: [p]}
`

func TestTest(t *testing.T) {
	for _, test := range []struct {
		name, scenario string
		status         int
		out            []string
	}{
		{"passes", passes, formcli.Well, []string{"ok    ", "01-prov.yaml: Två steg"}},
		{"a value differs", strings.Replace(passes, "kvot: 4", "kvot: 7", 1), formcli.Mend, []string{"FAIL  ", "computed kvot:", "- 7", "+ 4"}},
		{"a problem is missing", strings.Replace(passes, "problems: [/namn too-short], ", "", 1), formcli.Mend, []string{`+   "/namn too-short"`}},
		{"a page is not shown", strings.Replace(passes, "{page: p, answers: {/namn: Anna}", "{page: q, answers: {/namn: Anna}", 1), formcli.Mend, []string{"step 2, page q: the page is not shown; these are: [p]"}},
		{"a field is not on the page", strings.Replace(passes, "/namn: Anna", "/nman: Anna", 1), formcli.Mend, []string{"step 2, page p: the page has no /nman"}},
		{"an expression fails", strings.Replace(passes, "/antal: 3", "/antal: 0", 1), formcli.Mend, []string{"the expression of computed kvot failed"}},
		{"what is answered hinders", strings.Replace(passes, "/antal: 3", "/antal: 99", 1) + "hindered: for-manga\n", formcli.Well, []string{"ok    "}},
		{"it hinders unexpectedly", strings.Replace(passes, "/antal: 3", "/antal: 99", 1), formcli.Mend, []string{"hindered:", "for-manga"}},
		{"it does not hinder", passes + "hindered: for-manga\n", formcli.Mend, []string{"hindered:"}},
		{"an unknown key", passes + "expct: {}\n", formcli.Mend, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out, errs bytes.Buffer
			if status := formcli.Test([]string{form(t, test.scenario)}, &out, &errs); status != test.status {
				t.Errorf("status %d, want %d\n%s%s", status, test.status, &out, &errs)
			}
			for _, want := range test.out {
				if !strings.Contains(out.String(), want) {
					t.Errorf("%q is not told:\n%s", want, &out)
				}
			}
			if test.out == nil && !strings.Contains(errs.String(), `unknown key "expct" (did you mean "expect"?)`) {
				t.Errorf("%s", &errs)
			}
		})
	}
}

func TestJSON(t *testing.T) {
	dir := form(t, passes)
	var out, errs bytes.Buffer
	if status := formcli.Test([]string{"--format", "json", filepath.Dir(dir)}, &out, &errs); status != formcli.Well {
		t.Errorf("status %d %s", status, &errs)
	}
	var results []scenario.Result
	if err := json.Unmarshal(out.Bytes(), &results); err != nil || len(results) != 1 || !results[0].Passed() {
		t.Errorf("%v %v", err, results)
	}
	out.Reset()
	if status := formcli.Lint(lint.Options{}, []string{"--format=json", dir}, &out, &errs); status != formcli.Mend {
		t.Errorf("status %d", status)
	}
	var diags []forms.Diagnostic
	inForm := func(d forms.Diagnostic) bool { return d.File == filepath.Join(dir, "form.yaml") && d.Line > 0 }
	if err := json.Unmarshal(out.Bytes(), &diags); err != nil || !slices.ContainsFunc(diags, inForm) {
		t.Errorf("%v %v", err, diags)
	}
}

func TestUsage(t *testing.T) {
	empty := t.TempDir()
	for _, args := range [][]string{nil, {"--format", "xml", empty}, {"--okänd"}, {filepath.Join(empty, "saknas")}, {empty}} {
		var out, errs bytes.Buffer
		if status := formcli.Test(args, &out, &errs); status != formcli.Usage || errs.Len() == 0 || out.Len() > 0 {
			t.Errorf("%v: status %d, %q", args, status, &errs)
		}
	}
}
