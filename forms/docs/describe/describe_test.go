package describe_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"samtjanst/forms/docs"
	"samtjanst/forms/docs/describe"
	"samtjanst/forms/internal/tree"
	"samtjanst/forms/schema"
)

func source(t *testing.T) *describe.Source {
	t.Helper()
	s, err := describe.Read("../../..")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestCurrent(t *testing.T) {
	s := source(t)
	want, err := describe.Schemas(s)
	if err != nil {
		t.Fatal(err)
	}
	want["../reference.md"] = []byte(describe.Reference(s))
	for name, text := range want {
		if have, err := os.ReadFile(filepath.Join("..", "schemas", name)); err != nil || !bytes.Equal(have, text) {
			t.Errorf("%s is not current (%v): run go generate ./forms/docs", name, err)
		}
	}
	entries, err := fs.ReadDir(docs.Schemas, "schemas")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if want[e.Name()] == nil {
			t.Errorf("schemas/%s belongs to nothing", e.Name())
		}
	}
}

// schemaOf finds the schema of a file in a form's folder.
func schemaOf(file string) string {
	switch dir, base := filepath.Split(file); {
	case dir != "":
		return map[string]string{"text/": "text", "scenarios/": "scenario", "tables/": "table"}[dir]
	default:
		return strings.TrimSuffix(base, ".yaml")
	}
}

// TestFormsValidate holds every form that is shipped, and the one that form new makes, to the schemas.
func TestFormsValidate(t *testing.T) {
	compiled := map[string]*schema.Schema{}
	entries, err := fs.ReadDir(docs.Schemas, "schemas")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		raw, err := docs.Schemas.ReadFile("schemas/" + e.Name())
		if err != nil {
			t.Fatal(err)
		}
		if compiled[strings.TrimSuffix(e.Name(), describe.Suffix)], err = schema.Compile(raw); err != nil {
			t.Fatalf("%s: %v", e.Name(), err)
		}
	}
	folders, err := filepath.Glob("../../library/*/form.yaml")
	if err != nil || len(folders) == 0 {
		t.Fatal(err, folders)
	}
	checked := 0
	for _, form := range append(folders, "../../formcli/skeleton/form.yaml") {
		dir := filepath.Dir(form)
		err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || filepath.Ext(name) != ".yaml" {
				return err
			}
			s := compiled[schemaOf(name)]
			if s == nil {
				t.Errorf("%s/%s has no schema", dir, name)
				return nil
			}
			value, err := parse(filepath.Join(dir, name))
			if err != nil {
				t.Errorf("%s/%s: %v", dir, name, err)
				return nil
			}
			checked++
			for _, p := range s.Validate(value) {
				t.Errorf("%s/%s: %s %s %v", dir, name, p.Pointer, p.Code, p.Params)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
	if checked < 10 {
		t.Errorf("only %d files were checked", checked)
	}
	for file, text := range map[string]string{
		"form":     "id: prov\ntitle: Prov\nautority: x\n",
		"layout":   "pages: [{id: a, sections: [{fields: [{pointer: /a, showWhen: {/answers/a: {konst: 1}}}]}]}]\n",
		"scenario": "title: A\ntoday: i morgon\n",
		"text":     "form: [a]\n",
	} {
		n, err := tree.ParseYAML([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if len(compiled[file].Validate(n.Value())) == 0 {
			t.Errorf("the schema %s takes %q", file, text)
		}
	}
}

func parse(name string) (any, error) {
	raw, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	n, err := tree.ParseYAML(raw)
	if err != nil {
		return nil, err
	}
	return n.Value(), nil
}

// TestEveryKeyIsDescribed keeps the comments, which are the reference, from being forgotten.
func TestEveryKeyIsDescribed(t *testing.T) {
	silent, stray := describe.Silent(source(t))
	for _, key := range silent {
		t.Errorf("nobody has said what %s means: write a comment beside it in the struct", key)
	}
	for _, key := range stray {
		t.Errorf("there is no key %s", key)
	}
}
