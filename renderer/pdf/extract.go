package pdf

import (
	"fmt"

	"samtjanst/platform/fault"
)

// Extract reads the attached files of a document back, sorted by name. It reads the files that [Write] makes, also with
// signatures appended, and refuses others, damaged ones and attachments of more than [MaxAttachments] bytes together
// with a fault of kind Invalid.
func Extract(file []byte) ([]Attachment, error) {
	const op = "pdf.Extract"
	f, err := openFile(file)
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
	file  *pdfFile
	found []Attachment
}

// catalogue finds the name tree of embedded files (ISO 32000-1 7.11.4); Write makes it a single leaf.
func (x *extraction) catalogue() error {
	root, err := x.file.dict(x.file.trailer, "Root")
	if err != nil {
		return err
	}
	if root == nil {
		return errFormat
	}
	names, err := x.file.dict(root, "Names")
	if err != nil || names == nil {
		return err
	}
	tree, err := x.file.dict(names, "EmbeddedFiles")
	if err != nil || tree == nil {
		return err
	}
	v, err := x.file.resolve(tree["Names"])
	if err != nil {
		return err
	}
	pairs, ok := v.([]any)
	if !ok || tree["Kids"] != nil {
		return errFormat
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
	v, err := x.file.resolve(v)
	if err != nil {
		return err
	}
	spec, ok := v.(pdfDict)
	if !ok {
		return errFormat
	}
	title, _ := spec["UF"].(string)
	desc, _ := spec["Desc"].(string)
	rel, _ := spec["AFRelationship"].(pdfName)
	a := Attachment{Name: fromTextString(title), Description: fromTextString(desc), Relationship: Relationship(rel)}
	holder, err := x.file.dict(spec, "EF")
	if err != nil {
		return err
	}
	content, err := x.file.resolve(holder["F"])
	if err != nil {
		return err
	}
	stream, ok := content.(*pdfStream)
	if !ok || a.Name == "" {
		return errFormat
	}
	kind, _ := stream.dict["Subtype"].(pdfName)
	a.MIME = string(kind)
	if a.Bytes, err = x.file.content(stream); err != nil {
		return err
	}
	params, err := x.file.dict(stream.dict, "Params")
	if err != nil {
		return err
	}
	if size, ok := params["Size"].(float64); !ok || int(size) != len(a.Bytes) {
		return fmt.Errorf("%d bytes, which is not what the file says", len(a.Bytes))
	}
	x.found = append(x.found, a)
	return nil
}
