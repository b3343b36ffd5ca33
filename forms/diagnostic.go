package forms

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"samtjanst/forms/internal/tree"
)

// Diagnostic is a mistake in a definition, for its author.
type Diagnostic struct {
	File   string `json:"file"`
	Line   int    `json:"line,omitempty"` // 1-based; 0 when the mistake is of the whole file
	Column int    `json:"column,omitempty"`
	What   string `json:"what"`
	Mend   string `json:"mend,omitempty"` // how to mend it
}

func (d Diagnostic) String() string {
	s := d.File
	if d.Line > 0 {
		s += fmt.Sprintf(":%d:%d", d.Line, d.Column)
	}
	s += ": " + d.What
	if d.Mend != "" {
		s += " (" + d.Mend + ")"
	}
	return s
}

// place is where a value stands in its file.
type place struct{ line, column int }

// source remembers where each value of a definition stood: "layout.yaml#/pages/0/title".
type source map[string]place

// Where tells the line and column of a value in a file of the definition, or of the nearest thing around it; 0, 0 for a definition
// that did not come from files. The path has keys and list numbers: Where("layout.yaml", "/pages/0/showWhen"); of a translation it is the key
// of Text: Where("text/en.yaml", "/pages.elev.title").
func (d *Definition) Where(file, path string) (line, column int) {
	for {
		if at, ok := d.source[file+"#"+path]; ok {
			return at.line, at.column
		}
		i := strings.LastIndexAny(path, "/.")
		if i < 0 {
			return 0, 0
		}
		path = path[:i]
	}
}

// Diagnose makes a diagnostic at a value of the definition.
func (d *Definition) Diagnose(file, path, mend, format string, args ...any) Diagnostic {
	line, column := d.Where(file, path)
	return Diagnostic{File: file, Line: line, Column: column, What: fmt.Sprintf(format, args...), Mend: mend}
}

// DiagnoseSchema makes a diagnostic at a place of a schema's text, or of the nearest thing around it.
func DiagnoseSchema(raw []byte, at Pointer, mend, format string, args ...any) Diagnostic {
	n, err := tree.ParseJSON(raw)
	if err != nil {
		return DiagnosticOf(SchemaFile, err)
	}
	for _, token := range at.Tokens() {
		next := n.Get(token)
		if i, err := strconv.Atoi(token); n.Kind == tree.Array && err == nil && i >= 0 && i < len(n.Items) {
			next = n.Items[i]
		}
		if next == nil {
			break
		}
		n = next
	}
	return diagnose(SchemaFile, n, mend, format, args...)
}

// DiagnosticOf tells of an error from reading a file of a definition.
func DiagnosticOf(file string, err error) Diagnostic {
	var at *tree.Error
	if errors.As(err, &at) {
		return Diagnostic{File: file, Line: at.Line, Column: at.Column, What: at.What, Mend: at.Mend}
	}
	return Diagnostic{File: file, What: err.Error()}
}

// diagnose makes a diagnostic at a node of the schema.
func diagnose(file string, n *tree.Node, mend, format string, args ...any) Diagnostic {
	return Diagnostic{File: file, Line: n.Line, Column: n.Column, What: fmt.Sprintf(format, args...), Mend: mend}
}
