// Package describe tells what the files of a form may hold: every key with its type and meaning. It reads the same structs and tags
// that the strict loader reads, and the comments that stand beside them in the source, so that there is one place to write them.
//
// From it come the JSON Schemas that editors complete and check with (Schemas), and the reference (Reference).
package describe

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"

	"samtjanst/forms"
	"samtjanst/forms/internal/tree"
	"samtjanst/forms/scenario"
)

// Struct is a mapping in a definition file.
type Struct struct {
	Name string // of the Go type: "LayoutField"
	Doc  string
	Keys []Key
}

// Key of a mapping.
type Key struct {
	Name string
	Doc  string // "" where the name says it
	Type reflect.Type
}

// Source is the comments of the packages that define the files.
type Source struct {
	types  map[string]string // "LayoutField" → comment
	fields map[string]string // "LayoutField.Pointer" → comment
	consts []constant        // in their order
}

type constant struct{ group, name, value, doc string }

// packages that are read, below the module's root.
var packages = []string{"forms", "forms/scenario"}

// Read parses the comments; root is the module's folder.
func Read(root string) (*Source, error) {
	s := &Source{types: map[string]string{}, fields: map[string]string{}}
	for _, dir := range packages {
		names, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(dir), "*.go"))
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			raw, err := os.ReadFile(name)
			if err != nil {
				return nil, err
			}
			f, err := parser.ParseFile(token.NewFileSet(), name, raw, parser.ParseComments)
			if err != nil {
				return nil, err
			}
			for _, d := range f.Decls {
				s.declaration(d)
			}
		}
	}
	if len(s.types) == 0 {
		return nil, fmt.Errorf("describe: there is no source at %s", root)
	}
	return s, nil
}

func (s *Source) declaration(d ast.Decl) {
	switch d := d.(type) {
	case *ast.GenDecl:
		group := ""
		for _, spec := range d.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				s.typeSpec(spec, comment(spec.Doc, d.Doc))
			case *ast.ValueSpec:
				if d.Tok == token.CONST {
					group = s.constants(spec, group)
				}
			}
		}
	}
}

func (s *Source) typeSpec(spec *ast.TypeSpec, doc string) {
	s.types[spec.Name.Name] = doc
	st, ok := spec.Type.(*ast.StructType)
	if !ok {
		return
	}
	for _, f := range st.Fields.List {
		for _, n := range f.Names {
			s.fields[spec.Name.Name+"."+n.Name] = comment(f.Doc, f.Comment)
		}
	}
}

// constants remembers a line of constants; those without a type belong to the type before (iota).
func (s *Source) constants(spec *ast.ValueSpec, group string) string {
	if id, ok := spec.Type.(*ast.Ident); ok {
		group = id.Name
	}
	for i, n := range spec.Names {
		c := constant{group: group, name: n.Name, doc: comment(spec.Doc, spec.Comment)}
		if i < len(spec.Values) {
			if lit, ok := spec.Values[i].(*ast.BasicLit); ok && lit.Kind == token.STRING {
				c.value = strings.Trim(lit.Value, `"`)
			}
		}
		s.consts = append(s.consts, c)
	}
	return group
}

// comment joins what stands above and behind, on one line.
func comment(groups ...*ast.CommentGroup) string {
	var out []string
	for _, g := range groups {
		if t := strings.Join(strings.Fields(g.Text()), " "); t != "" {
			out = append(out, t)
		}
	}
	return strings.Join(out, " ")
}

// Of describes a struct.
func (s *Source) Of(t reflect.Type) Struct {
	out := Struct{Name: t.Name(), Doc: aboutType(t.Name(), s.types[t.Name()])}
	for i := range t.NumField() {
		f := t.Field(i)
		if tag := f.Tag.Get("yaml"); tag != "" && tag != "-" {
			k := Key{Name: tag, Doc: aboutField(f.Name, s.fields[t.Name()+"."+f.Name]), Type: f.Type}
			k.Doc = meaning(t.Name(), k)
			out.Keys = append(out.Keys, k)
		}
	}
	return out
}

var typeBegins = regexp.MustCompile(`^\w+ (is|are) `)

// aboutType turns "LayoutPage is one page of the journey." into "One page of the journey."
func aboutType(name, doc string) string {
	doc = strings.TrimPrefix(doc, name+" ")
	return capital(typeBegins.ReplaceAllString("x "+doc, ""))
}

// aboutField turns "Kind of notice: …" into itself and "Own is the pointer …" into "The pointer …".
func aboutField(name, doc string) string {
	if rest, ok := strings.CutPrefix(doc, name+" is "); ok {
		return capital(rest)
	}
	return capital(strings.TrimPrefix(doc, name+": "))
}

func capital(s string) string {
	s = strings.TrimPrefix(s, "x ")
	if s == "" {
		return ""
	}
	r := []rune(s)
	if len(r) > 1 && r[0] >= 'a' && r[0] <= 'z' {
		r[0] -= 'a' - 'A'
	}
	return string(r)
}

// Structs lists a struct and those that its keys hold, each once, outermost first.
func (s *Source) Structs(t reflect.Type) []Struct {
	var out []Struct
	have := map[reflect.Type]bool{}
	var visit func(reflect.Type)
	visit = func(t reflect.Type) {
		t = element(t)
		if t.Kind() != reflect.Struct || have[t] || t == condition || t == tableRow {
			return
		}
		have[t] = true
		one := s.Of(t)
		out = append(out, one)
		for _, k := range one.Keys {
			visit(k.Type)
		}
	}
	visit(t)
	return out
}

// condition and tableRow have a reading of their own; what is short may be written as one text.
var (
	short     = reflect.TypeFor[tree.Short]()
	condition = reflect.TypeFor[forms.Condition]()
	tableRow  = reflect.TypeFor[forms.TableRow]()
)

// element is the type within pointers, lists and mappings.
func element(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	return t
}

// Files are the types behind the YAML files of a form.
var Files = []struct {
	Name   string // of the schema: "layout"
	File   string
	Type   reflect.Type
	About  string
	Needed []string // keys that lint asks for in any form
}{
	{"form", forms.FormFile, reflect.TypeFor[forms.Meta](), "What the service is, who owns it and how a case goes.", []string{"id", "title"}},
	{"layout", forms.LayoutFile, reflect.TypeFor[forms.Layout](), "Pages, sections and fields, in their order.", []string{"pages"}},
	{"table", forms.TableDir + "/*.yaml", reflect.TypeFor[forms.Table](), "Values that change from one day to another, as a tariff: each row with the days it holds.", []string{"title", "rows"}},
	{"scenario", forms.ScenarioDir + "/*.yaml", reflect.TypeFor[scenario.Scenario](), "One executable example of the form.", []string{"title", "today"}},
}
