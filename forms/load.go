package forms

import (
	"errors"
	"io/fs"
	"path"
	"regexp"
	"strconv"
	"strings"

	"samtjanst/forms/internal/tree"
)

// Files of a definition's folder.
const (
	FormFile    = "form.yaml"
	SchemaFile  = "schema.json"
	LayoutFile  = "layout.yaml"
	textDir     = "text"
	documentDir = "documents"
	TableDir    = "tables"
	ScenarioDir = "scenarios"
)

// Load reads a definition's folder. Every mistake is told, not only the first; the definition is nil when there is any.
// Names of files in the diagnostics stand relative to dir.
func Load(fsys fs.FS, dir string) (*Definition, []Diagnostic) {
	l := &loader{fsys: fsys, dir: dir, def: &Definition{source: source{}}}
	l.yaml(FormFile, &l.def.Meta)
	l.yaml(LayoutFile, &l.def.Layout)
	l.schema()
	l.texts()
	l.documents()
	l.tables()
	l.strangers()
	if len(l.diags) > 0 {
		return nil, l.diags
	}
	return l.def, nil
}

type loader struct {
	fsys  fs.FS
	dir   string
	def   *Definition
	diags []Diagnostic
}

func (l *loader) read(name string) ([]byte, bool) {
	raw, err := fs.ReadFile(l.fsys, path.Join(l.dir, name))
	if err != nil {
		what := "cannot be read"
		if errors.Is(err, fs.ErrNotExist) {
			what = "is missing"
		}
		l.diags = append(l.diags, Diagnostic{File: name, What: "the file " + what, Mend: "a form has form.yaml, schema.json and layout.yaml"})
		return nil, false
	}
	return raw, true
}

func (l *loader) parseYAML(name string) (*tree.Node, bool) {
	raw, ok := l.read(name)
	if !ok {
		return nil, false
	}
	n, err := tree.ParseYAML(raw)
	if err != nil {
		l.diags = append(l.diags, DiagnosticOf(name, err))
		return nil, false
	}
	return n, true
}

func (l *loader) yaml(name string, v any) {
	n, ok := l.parseYAML(name)
	if !ok {
		return
	}
	remember := func(p string, n *tree.Node) { l.def.source[name+"#"+p] = place{n.Line, n.Column} }
	for _, e := range tree.Decode(n, v, remember) {
		l.diags = append(l.diags, DiagnosticOf(name, e))
	}
}

func (l *loader) schema() {
	raw, ok := l.read(SchemaFile)
	if !ok {
		return
	}
	if _, err := tree.ParseJSON(raw); err != nil {
		l.diags = append(l.diags, DiagnosticOf(SchemaFile, err))
		return
	}
	l.def.Schema = raw
}

func (l *loader) names(dir, suffix string) []string {
	entries, err := fs.ReadDir(l.fsys, path.Join(l.dir, dir))
	if err != nil {
		return nil // an optional folder
	}
	var out []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			continue
		}
		if e.IsDir() || path.Ext(e.Name()) != suffix {
			l.diags = append(l.diags, Diagnostic{File: path.Join(dir, e.Name()), What: "not a file of a form", Mend: "only *" + suffix + " stands here"})
			continue
		}
		out = append(out, e.Name())
	}
	return out
}

var language = regexp.MustCompile(`^[a-z]{2,3}$`)

func (l *loader) texts() {
	for _, file := range l.names(textDir, ".yaml") {
		name, lang := path.Join(textDir, file), strings.TrimSuffix(file, ".yaml")
		if !language.MatchString(lang) || lang == "sv" {
			l.diags = append(l.diags, Diagnostic{File: name, What: "not a language", Mend: "name the file after its language, en.yaml; Swedish stands in the other files"})
			continue
		}
		n, ok := l.parseYAML(name)
		if !ok {
			continue
		}
		if l.def.Text == nil {
			l.def.Text = map[string]map[string]string{}
		}
		l.def.Text[lang] = map[string]string{}
		l.def.source[name+"#"] = place{n.Line, n.Column}
		l.flatten(name, lang, "", n)
	}
}

// flatten turns nested keys into the keys of Text: pages: {elev: {title: …}} is "pages.elev.title".
func (l *loader) flatten(file, lang, prefix string, n *tree.Node) {
	switch n.Kind {
	case tree.Object:
		for _, k := range n.Keys {
			key := k.Name
			if prefix != "" {
				key = prefix + "." + k.Name
			}
			l.def.source[file+"#/"+key] = place{k.Line, k.Column}
			l.flatten(file, lang, key, k.Value)
		}
	case tree.String:
		if _, twice := l.def.Text[lang][prefix]; twice {
			l.diags = append(l.diags, diagnose(file, n, "keep one of them", "%q is translated twice", prefix))
		}
		l.def.Text[lang][prefix] = n.Text
		l.def.source[file+"#/"+prefix] = place{n.Line, n.Column}
	default:
		l.diags = append(l.diags, diagnose(file, n, "quotes help", "a translation is a text, found %s", n.Kind))
	}
}

func (l *loader) documents() {
	for _, file := range l.names(documentDir, ".md") {
		raw, ok := l.read(path.Join(documentDir, file))
		if !ok {
			continue
		}
		name, lang, found := strings.Cut(strings.TrimSuffix(file, ".md"), ".")
		if !found {
			lang = "sv"
		}
		if !language.MatchString(lang) {
			l.diags = append(l.diags, Diagnostic{File: path.Join(documentDir, file), What: "not a language: " + lang, Mend: "beslut.md is Swedish, beslut.en.md English"})
			continue
		}
		if l.def.Documents == nil {
			l.def.Documents = map[string]map[string]string{}
		}
		if l.def.Documents[name] == nil {
			l.def.Documents[name] = map[string]string{}
		}
		l.def.Documents[name][lang] = strings.ReplaceAll(string(raw), "\r\n", "\n")
	}
}

func (l *loader) tables() {
	for _, file := range l.names(TableDir, ".yaml") {
		name, full := strings.TrimSuffix(file, ".yaml"), path.Join(TableDir, file)
		if !tableName.MatchString(name) {
			l.diags = append(l.diags, Diagnostic{File: full, What: "not a name of a table", Mend: "lower-case letters a–z, digits, - and _"})
			continue
		}
		var table Table
		before := len(l.diags)
		l.yaml(full, &table)
		if len(l.diags) > before {
			continue
		}
		table.check(func(row int, mend, format string, args ...any) {
			at := ""
			if row >= 0 {
				at = "/rows/" + strconv.Itoa(row)
			}
			l.diags = append(l.diags, l.def.Diagnose(full, at, mend, format, args...))
		})
		if l.def.Tables == nil {
			l.def.Tables = map[string]Table{}
		}
		l.def.Tables[name] = table
	}
}

// strangers tells of files that are no part of a form: a misspelt layuot.yaml should not be passed over.
func (l *loader) strangers() {
	entries, err := fs.ReadDir(l.fsys, l.dir)
	if err != nil {
		return // told by the missing files
	}
	known := []string{FormFile, SchemaFile, LayoutFile, textDir, documentDir, TableDir, ScenarioDir, "README.md"}
next:
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			continue
		}
		for _, k := range known {
			if e.Name() == k {
				continue next
			}
		}
		mend := "a form has " + strings.Join(known, ", ")
		if near := tree.Nearest(e.Name(), known); near != "" {
			mend = "did you mean " + near + "?"
		}
		l.diags = append(l.diags, Diagnostic{File: e.Name(), What: "not a file of a form", Mend: mend})
	}
}
