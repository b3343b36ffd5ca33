package formcli_test

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"samtjanst/forms"
	"samtjanst/forms/formcli"
	"samtjanst/forms/lint"
)

// command is one of the package's.
type command func(args []string, stdout, stderr io.Writer) int

// run gives what a command said.
func run(t *testing.T, c command, status int, args ...string) (out, errs string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if got := c(args, &stdout, &stderr); got != status {
		t.Errorf("%v: status %d, want %d\n%s%s", args, got, status, &stdout, &stderr)
	}
	return stdout.String(), stderr.String()
}

func lintAll(args []string, stdout, stderr io.Writer) int {
	return formcli.Lint(lint.Options{}, args, stdout, stderr)
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestNew(t *testing.T) {
	dir := t.TempDir()
	form := filepath.Join(dir, "lana-lokal")
	out, _ := run(t, formcli.New, formcli.Well, "--dir", dir, "lana-lokal")
	if !strings.Contains(out, "samtjanst form lint "+form) {
		t.Errorf("%s", out)
	}
	run(t, lintAll, formcli.Well, form)
	if out, _ := run(t, formcli.Test, formcli.Well, form); strings.Count(out, "ok ") != 2 {
		t.Errorf("%s", out)
	}
	def, _ := forms.Load(os.DirFS(form), ".")
	if def == nil || def.Meta.ID != "lana-lokal" {
		t.Fatalf("%v", def)
	}
	// Every file with a schema names it for editors, and it is there.
	checked := 0
	for _, pattern := range []string{"*.yaml", "*/*.yaml"} {
		names, _ := filepath.Glob(filepath.Join(form, pattern))
		for _, name := range names {
			raw, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			first, _, _ := strings.Cut(string(raw), "\n")
			at, ok := strings.CutPrefix(first, "# yaml-language-server: $schema=")
			if !ok {
				t.Errorf("%s names no schema: %s", name, first)
				continue
			}
			schema, err := os.ReadFile(filepath.Join(filepath.Dir(name), at))
			if err != nil || !json.Valid(schema) {
				t.Errorf("%s: %v", name, err)
			}
			checked++
		}
	}
	if checked < 5 {
		t.Errorf("only %d files name a schema", checked)
	}
	// What is there is left alone.
	write(t, filepath.Join(form, "form.yaml"), "mine")
	_, errs := run(t, formcli.New, formcli.Mend, "lana-lokal", "--dir", dir)
	if raw, _ := os.ReadFile(filepath.Join(form, "form.yaml")); string(raw) != "mine" || !strings.Contains(errs, "is there already") {
		t.Errorf("%s %s", raw, errs)
	}
	for _, bad := range []string{"Lokal", "låna", "-a", "a-", "a--b", "1a", "../a", "a/b", "", ".", strings.Repeat("a", 41)} {
		if _, errs := run(t, formcli.New, formcli.Usage, "--dir", dir, "--", bad); !strings.Contains(errs, "lower-case letters") {
			t.Errorf("%q: %s", bad, errs)
		}
	}
	run(t, formcli.New, formcli.Usage)
	run(t, formcli.New, formcli.Usage, "a", "b")
}

func TestExchange(t *testing.T) {
	dir := t.TempDir()
	form, at := filepath.Join(dir, "prov"), func(name string) string { return filepath.Join(dir, name) }
	run(t, formcli.New, formcli.Well, "prov", "--dir", dir)
	run(t, formcli.Export, formcli.Well, form, "-o", at("a.json"))
	run(t, formcli.Export, formcli.Well, "-o", at("a.zip"), form)
	out, _ := run(t, formcli.Export, formcli.Well, form)
	if raw, _ := os.ReadFile(at("a.json")); string(raw) != out || !json.Valid(raw) {
		t.Error("stdout and file differ")
	}
	for _, file := range []string{"a.json", "a.zip"} {
		to := at("from-" + file)
		run(t, formcli.Import, formcli.Well, at(file), to)
		if out, _ := run(t, formcli.Diff, formcli.Well, form, to); out != "nothing changed\n" {
			t.Errorf("%s: %s", file, out)
		}
		run(t, formcli.Import, formcli.Mend, at(file), to) // it has something in it now
	}
	run(t, formcli.Test, formcli.Well, at("from-a.zip"))
	run(t, formcli.Diff, formcli.Well, at("a.json"), at("a.zip"))

	run(t, formcli.Export, formcli.Usage, at("nowhere"))
	run(t, formcli.Export, formcli.Usage, form, "-o", at("a.tar"))
	run(t, formcli.Import, formcli.Usage, at("nowhere.json"), at("x"))
	run(t, formcli.Import, formcli.Usage, at("a.json"))
	_, errs := run(t, formcli.Import, formcli.Mend, write(t, at("b.json"), `{"format":"samtjanst-form/1","form":{"titel":"x"}}`), at("x"))
	if !strings.Contains(errs, `1:`) || !strings.Contains(errs, `unknown key "titel"`) {
		t.Errorf("%s", errs)
	}
	run(t, formcli.Import, formcli.Mend, write(t, at("c.zip"), "PK no zip"), at("x"))
	if _, err := os.Stat(at("x")); err == nil {
		t.Error("a folder is left of what could not be read")
	}
	// A broken form is not one document, but its bytes can be packed and unpacked, and its mistakes are told.
	write(t, filepath.Join(form, "layout.yaml"), "pages: [{idd: x}]\n")
	_, errs = run(t, formcli.Export, formcli.Mend, form)
	if !strings.Contains(errs, filepath.Join(form, "layout.yaml")+":1:10: unknown key") {
		t.Errorf("%s", errs)
	}
	run(t, formcli.Export, formcli.Well, form, "-o", at("d.zip"))
	if _, errs = run(t, formcli.Import, formcli.Mend, at("d.zip"), at("d")); !strings.Contains(errs, "unknown key") {
		t.Errorf("%s", errs)
	}
}

func TestDiff(t *testing.T) {
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	run(t, formcli.New, formcli.Well, "a", "--dir", dir)
	run(t, formcli.Export, formcli.Well, a, "-o", b+".zip")
	run(t, formcli.Import, formcli.Well, b+".zip", b)
	raw, err := os.ReadFile(filepath.Join(b, "schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(b, "schema.json"), strings.Replace(string(raw), `"maximum": 5000`, `"maximum": 100`, 1))
	out, _ := run(t, formcli.Diff, formcli.Mend, a, b)
	if !strings.Contains(out, "/lokal/deltagare: greatest value changed from 5000 to 100") {
		t.Errorf("%s", out)
	}
	run(t, formcli.Diff, formcli.Well, b, a)
	out, _ = run(t, formcli.Diff, formcli.Mend, "--format", "json", a, b)
	if !strings.Contains(out, `"verdict": "asks"`) {
		t.Errorf("%s", out)
	}
	run(t, formcli.Diff, formcli.Usage, a)
	run(t, formcli.Diff, formcli.Usage, "--format", "xml", a, b)
	run(t, formcli.Diff, formcli.Usage, a, filepath.Join(dir, "nowhere"))
	run(t, formcli.Diff, formcli.Usage, a, t.TempDir())
	write(t, filepath.Join(b, "schema.json"), "{")
	if _, errs := run(t, formcli.Diff, formcli.Mend, a, b); !strings.Contains(errs, "schema.json:1:") {
		t.Errorf("%s", errs)
	}
}

func TestSchemas(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "s")
	run(t, formcli.Schemas, formcli.Well, dir)
	if names, _ := filepath.Glob(filepath.Join(dir, "*.schema.json")); len(names) < 4 {
		t.Errorf("%v", names)
	}
	run(t, formcli.Schemas, formcli.Usage)
}

// TestBroken: a program that reads what test says is told of a form that cannot be run too.
func TestBroken(t *testing.T) {
	dir := t.TempDir()
	run(t, formcli.New, formcli.Well, "prov", "--dir", dir)
	write(t, filepath.Join(dir, "prov", "layout.yaml"), "pages: [{idd: x}]\n")
	out, errs := run(t, formcli.Test, formcli.Mend, "--format", "json", filepath.Join(dir, "prov"))
	var results []struct {
		File  string
		Diffs []string
	}
	if err := json.Unmarshal([]byte(out), &results); err != nil || len(results) != 1 || len(results[0].Diffs) == 0 ||
		!strings.Contains(results[0].Diffs[0], `layout.yaml:1:10: unknown key "idd"`) || errs != "" {
		t.Errorf("%v %s %s", err, out, errs)
	}
}
