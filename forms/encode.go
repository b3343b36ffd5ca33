package forms

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"

	"samtjanst/forms/internal/tree"
	"samtjanst/platform/fault"
)

// Format names the layout of an encoded definition.
const Format = "samtjanst-form/1"

// document is an encoded definition.
type document struct {
	Format    string                       `yaml:"format"`
	Form      Meta                         `yaml:"form"`
	Schema    rawJSON                      `yaml:"schema"`
	Layout    Layout                       `yaml:"layout"`
	Text      map[string]map[string]string `yaml:"text"`
	Documents map[string]map[string]string `yaml:"documents"`
	Tables    map[string]Table             `yaml:"tables"`
}

// rawJSON keeps the order of the schema's properties, which is the order of fields.
type rawJSON struct{ raw json.RawMessage }

func (r *rawJSON) UnmarshalTree(n *tree.Node) error { r.raw = n.JSON(); return nil }
func (r *rawJSON) MarshalTree(b *bytes.Buffer)      { _ = json.Compact(b, r.raw) } // Load and Decode parsed it
func (d *Definition) document() *document {
	return &document{Format: Format, Form: d.Meta, Schema: rawJSON{d.Schema}, Layout: d.Layout, Text: d.Text, Documents: d.Documents, Tables: d.Tables}
}

// Encode writes a definition as one JSON document, canonically: keys sorted (but for the schema's, whose order means something),
// zero values left out, no space. Equal definitions have equal bytes whatever their files looked like.
func Encode(d *Definition) []byte {
	var b bytes.Buffer
	tree.Encode(&b, d.document())
	return b.Bytes()
}

// DecodeDefinition reads what Encode wrote. A mistake is fault.Invalid with the first of them as its cause.
func DecodeDefinition(raw []byte) (*Definition, error) {
	const op = "forms.DecodeDefinition"
	n, err := tree.ParseJSON(raw)
	if err != nil {
		return nil, fault.New(op, fault.Invalid, err)
	}
	var doc document
	if errs := tree.Decode(n, &doc, nil); len(errs) > 0 {
		return nil, fault.New(op, fault.Invalid, errs[0])
	}
	if doc.Format != Format {
		return nil, fault.Newf(op, fault.Invalid, "format %q, expected %q", doc.Format, Format)
	}
	for _, name := range slices.Sorted(maps.Keys(doc.Tables)) {
		table := doc.Tables[name]
		if !tableName.MatchString(name) {
			return nil, fault.Newf(op, fault.Invalid, "%q is no name of a table", name)
		}
		var wrong error
		table.check(func(row int, _, format string, args ...any) {
			wrong = fault.Newf(op, fault.Invalid, "table %s, row %d: "+format, append([]any{name, row + 1}, args...)...)
		})
		if wrong != nil {
			return nil, wrong
		}
	}
	return &Definition{Meta: doc.Form, Schema: doc.Schema.raw, Layout: doc.Layout, Text: doc.Text, Documents: doc.Documents, Tables: doc.Tables}, nil
}

// VersionOf is the address of an encoded definition.
func VersionOf(encoded []byte) Version {
	sum := sha256.Sum256(encoded)
	return Version(hex.EncodeToString(sum[:]))
}
