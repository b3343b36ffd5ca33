package pdf

import (
	"fmt"

	"samtjanst/platform/fault"
	"samtjanst/platform/signing/seal/pdffile"
)

// Extract reads the attached files of a document back, sorted by name. It reads the files that [Write] makes, also with
// signatures appended, and refuses others, damaged ones and attachments of more than [MaxAttachments] bytes together
// with a fault of kind Invalid.
func Extract(file []byte) ([]Attachment, error) {
	const op = "pdf.Extract"
	f, err := pdffile.Open(file, MaxAttachments)
	if err != nil {
		return nil, fault.New(op, fault.Invalid, err)
	}
	x := &extraction{file: f}
	if err := x.catalogue(); err != nil {
		return nil, fault.New(op, fault.Invalid, err)
	}
	return x.found, nil
}

type extraction struct {
	file  *pdffile.File
	found []Attachment
}

// catalogue finds the name tree of embedded files (ISO 32000-1 7.11.4); Write makes it a single leaf.
func (x *extraction) catalogue() error {
	root, err := x.file.Dict(x.file.Trailer(), "Root")
	if err != nil {
		return err
	}
	if root == nil {
		return pdffile.ErrFormat
	}
	names, err := x.file.Dict(root, "Names")
	if err != nil || names == nil {
		return err
	}
	tree, err := x.file.Dict(names, "EmbeddedFiles")
	if err != nil || tree == nil {
		return err
	}
	v, err := x.file.Resolve(tree["Names"])
	if err != nil {
		return err
	}
	pairs, ok := v.([]any)
	if !ok || tree["Kids"] != nil {
		return pdffile.ErrFormat
	}
	for i := 1; i < len(pairs); i += 2 {
		if err := x.attachment(pairs[i]); err != nil {
			return fmt.Errorf("attachment %d: %w", i/2, err)
		}
	}
	return nil
}

// attachment reads a file specification and its embedded file.
func (x *extraction) attachment(v any) error {
	v, err := x.file.Resolve(v)
	if err != nil {
		return err
	}
	spec, ok := v.(pdffile.Dict)
	if !ok {
		return pdffile.ErrFormat
	}
	title, _ := spec["UF"].(string)
	desc, _ := spec["Desc"].(string)
	rel, _ := spec["AFRelationship"].(pdffile.Name)
	a := Attachment{Name: pdffile.DecodeText(title), Description: pdffile.DecodeText(desc), Relationship: Relationship(rel)}
	holder, err := x.file.Dict(spec, "EF")
	if err != nil {
		return err
	}
	content, err := x.file.Resolve(holder["F"])
	if err != nil {
		return err
	}
	stream, ok := content.(*pdffile.Stream)
	if !ok || a.Name == "" {
		return pdffile.ErrFormat
	}
	kind, _ := stream.Dict["Subtype"].(pdffile.Name)
	a.MIME = string(kind)
	if a.Bytes, err = x.file.Content(stream); err != nil {
		return err
	}
	params, err := x.file.Dict(stream.Dict, "Params")
	if err != nil {
		return err
	}
	if size, ok := params["Size"].(float64); !ok || int(size) != len(a.Bytes) {
		return fmt.Errorf("%d bytes, which is not what the file says", len(a.Bytes))
	}
	x.found = append(x.found, a)
	return nil
}
