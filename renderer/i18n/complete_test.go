package i18n

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"samtjanst/platform/fault"
)

const root = "../.." // of the module

// Every language has every text, in the same plural shape of placeholders.
func TestLanguagesAgree(t *testing.T) {
	c := embedded(t)
	def := c.In(Default)
	for _, lang := range c.Languages() {
		l := c.In(lang)
		if diff := cmp.Diff(def.Keys(), l.Keys()); diff != "" {
			t.Errorf("%s has not the keys of %s (-%s +%s):\n%s", lang, Default, Default, lang, diff)
		}
		for key, m := range l.texts {
			if diff := cmp.Diff(def.texts[key].placeholders(), m.placeholders()); diff != "" {
				t.Errorf("%s: %s has not the placeholders of %s:\n%s", lang, key, Default, diff)
			}
			if m.render(l, nil) == "" && len(m.placeholders()) == 0 {
				t.Errorf("%s: %s is empty", lang, key)
			}
		}
	}
}

// What other packages call by code has a text for every code.
func TestEveryCodeHasAText(t *testing.T) {
	l := embedded(t).In(Default)
	var keys []string
	for _, code := range constants(t, "forms/form.go", "Codes of problems") {
		keys = append(keys, "problem."+code)
	}
	for _, code := range constants(t, "integrations/eid/eid.go", "Messages by BankID") {
		keys = append(keys, "eid."+code)
	}
	for k := fault.Kind(0); !strings.HasPrefix(k.String(), "Kind("); k++ {
		name := strings.ReplaceAll(k.String(), " ", "-")
		keys = append(keys, "fault."+name+".title", "fault."+name+".text")
	}
	if len(keys) < 60 {
		t.Fatalf("only %d codes found: the constants were not read", len(keys))
	}
	for _, key := range keys {
		if !l.Has(key) {
			t.Errorf("%s has no text", key)
		}
	}
}

// constants reads the string constants of the group whose comment begins so.
func constants(t *testing.T, file, comment string) []string {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, file), nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, d := range f.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.CONST || !strings.HasPrefix(g.Doc.Text(), comment) {
			continue
		}
		for _, s := range g.Specs {
			for _, v := range s.(*ast.ValueSpec).Values {
				if lit, ok := v.(*ast.BasicLit); ok && lit.Kind == token.STRING {
					text, err := strconv.Unquote(lit.Value)
					if err != nil {
						t.Fatal(err)
					}
					out = append(out, text)
				}
			}
		}
	}
	return out
}

var (
	literal = regexp.MustCompile(`["` + "`" + `']([a-z][A-Za-z0-9.-]*)["` + "`" + `']`)
	called  = regexp.MustCompile(`(?:\bt |\.T\((?:[A-Za-z0-9_.]+, )?)"([a-z][a-z0-9-]*\.[A-Za-z0-9.-]*)"`)
)

// Every text that the source names exists, and every text that exists is named by the source: whole, or by the
// beginning to which a code is added ("problem.", "form.notice-").
func TestSourceAndTextsAgree(t *testing.T) {
	l := embedded(t).In(Default)
	whole, beginnings := map[string]bool{}, []string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name := d.Name(); name == "node_modules" || name == "dist" || name == "data" || name == "testdata" || (strings.HasPrefix(name, ".") && path != root) {
				return filepath.SkipDir
			}
			return nil
		}
		template := strings.HasSuffix(path, ".html")
		if !template && !strings.HasSuffix(path, ".ts") && (!strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go")) {
			return nil
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range literal.FindAllSubmatch(src, -1) {
			s := string(m[1])
			whole[s] = true
			if strings.Contains(s, ".") && (strings.HasSuffix(s, ".") || strings.HasSuffix(s, "-")) {
				beginnings = append(beginnings, s)
			}
		}
		for _, m := range called.FindAllSubmatch(src, -1) {
			key := string(m[1])
			if !strings.HasSuffix(key, ".") && !strings.HasSuffix(key, "-") && !l.Has(key) {
				t.Errorf("%s names %s, which has no text", path, key)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
keys:
	for _, key := range l.Keys() {
		if whole[key] {
			continue
		}
		for _, b := range beginnings {
			if strings.HasPrefix(key, b) {
				continue keys
			}
		}
		t.Errorf("nothing in the source names %s", key)
	}
}
