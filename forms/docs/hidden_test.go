package docs_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"samtjanst/forms"
	"samtjanst/forms/answers"
	"samtjanst/forms/internal/tree"
	"samtjanst/forms/journey"
)

// hiddenCase is a file of hidden-values.
type hiddenCase struct {
	Title    string            `yaml:"title"`
	Why      string            `yaml:"why"`
	Schema   map[string]any    `yaml:"schema"`
	Pages    []any             `yaml:"pages"`
	Computed map[string]string `yaml:"computed"`
	Answers  map[string]any    `yaml:"answers"`
	Expect   hiddenExpect      `yaml:"expect"`
	Then     []hiddenStep      `yaml:"then"`
}

type hiddenStep struct {
	Change map[string]any `yaml:"change"` // pointer → answer, null for none
	Expect hiddenExpect   `yaml:"expect"`
}

type hiddenExpect struct {
	Pages     []string       `yaml:"pages"`
	Shown     []string       `yaml:"shown"`
	Hidden    []string       `yaml:"hidden"`
	Problems  []string       `yaml:"problems"`
	Computed  map[string]any `yaml:"computed"`
	Stopped   []string       `yaml:"stopped"`
	Submitted map[string]any `yaml:"submitted"`
}

func TestHiddenValues(t *testing.T) {
	names, err := filepath.Glob("hidden-values/*.yaml")
	if err != nil || len(names) < 10 {
		t.Fatal(err, names)
	}
	text, err := os.ReadFile("hidden-values.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			if !bytes.Contains(text, []byte("("+filepath.ToSlash(name)+")")) {
				t.Error("hidden-values.md does not speak of it")
			}
			raw, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			n, err := tree.ParseYAML(raw)
			if err != nil {
				t.Fatal(err)
			}
			var c hiddenCase
			for _, e := range tree.Decode(n, &c, nil) {
				t.Fatal(e)
			}
			if c.Title == "" || c.Why == "" || c.Expect.Submitted == nil {
				t.Fatal("a case says title, why and what is submitted")
			}
			g := graph(t, n, c)
			draft := c.Answers
			check(t, g, "at first", draft, c.Expect)
			for i, step := range c.Then {
				draft = forms.CopyObject(draft)
				for at, value := range step.Change {
					if value == nil {
						forms.Remove(draft, forms.Pointer(at))
					} else {
						forms.Put(draft, forms.Pointer(at), value)
					}
				}
				check(t, g, "then "+strconv.Itoa(i+1), draft, step.Expect)
			}
		})
	}
}

// graph makes the form of a case. The order of its properties is the file's.
func graph(t *testing.T, n *tree.Node, c hiddenCase) *journey.Graph {
	t.Helper()
	computed, err := json.Marshal(c.Computed)
	if err != nil {
		t.Fatal(err)
	}
	def, diags := forms.Load(fstest.MapFS{
		forms.FormFile:   {Data: []byte("id: prov\ntitle: Prov\ncomputed: " + string(computed) + "\n")},
		forms.SchemaFile: {Data: n.Get("schema").JSON()},
		forms.LayoutFile: {Data: []byte(`{"pages": ` + string(n.Get("pages").JSON()) + "}")},
	}, ".")
	var form *forms.Form
	if def != nil {
		form, diags = forms.Compile(def)
	}
	if form == nil {
		t.Fatalf("%v", diags)
	}
	g, err := journey.New(form)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func check(t *testing.T, g *journey.Graph, when string, draft map[string]any, want hiddenExpect) {
	t.Helper()
	before := forms.CopyObject(draft)
	v, err := g.Run(forms.Scope{Answers: draft, Actor: map[string]any{"role": journey.Applicant}, Today: "2026-11-22"})
	if err != nil {
		t.Fatal(err)
	}
	differ := func(what string, want, got any) {
		t.Helper()
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s (-want +got):\n%s", when, what, d)
		}
	}
	var pages, stopped, problems []string
	shown := map[string]bool{}
	for _, p := range v.Pages {
		pages = append(pages, p.ID)
		if v.Stopped[p.ID] {
			stopped = append(stopped, p.ID)
		}
		for _, in := range answers.Inputs(v, p.ID, nil) {
			shown[string(in.At)] = true
		}
		for i, s := range p.Sections {
			for _, f := range s.Fields {
				if f.Pointer != "" || !v.ShowsSection(p, i) || !v.ShowsOn(p, f) {
					continue
				}
				name := strings.TrimPrefix(f.ID, "f-")
				if p.IsInstance() {
					name += "@" + p.ID
				}
				shown[name] = true
			}
		}
	}
	if want.Pages != nil {
		differ("pages", want.Pages, pages)
	}
	differ("stopped", want.Stopped, stopped)
	for _, name := range want.Shown {
		if !shown[name] {
			t.Errorf("%s: %s is not shown", when, name)
		}
	}
	for _, name := range want.Hidden {
		if shown[name] {
			t.Errorf("%s: %s is shown", when, name)
		}
	}
	for name, value := range want.Computed {
		differ("computed "+name, value, v.Computed[name])
	}
	for _, p := range g.Validate(v, "") {
		problems = append(problems, string(p.Pointer)+" "+p.Code)
	}
	differ("problems", want.Problems, problems)
	differ("submitted", want.Submitted, v.Answers)
	// Running the form, and posting each of its pages unchanged, leaves the draft as it was.
	differ("kept", before, draft)
	for _, p := range v.Pages {
		differ("kept by posting "+p.ID, before, answers.Decode(g, v, p.ID, answers.Encode(v, p.ID, nil)).Answers)
	}
}
