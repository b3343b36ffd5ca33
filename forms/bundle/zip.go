package bundle

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"samtjanst/forms"
	"samtjanst/platform/fault"
)

// Zip packs the files. Equal files give equal bytes: the names are sorted and no times are kept.
func Zip(w io.Writer, files Files) error {
	z := zip.NewWriter(w)
	for _, name := range files.names() {
		part, err := z.Create(name)
		if err != nil {
			return err
		}
		if _, err := part.Write(files[name]); err != nil {
			return err
		}
	}
	return z.Close()
}

// Unzip reads a zip with a form in it, at its root or in its only folder, as programs that pack a folder make it. What is no
// form's, or more than a form, is fault.Invalid.
func Unzip(raw []byte) (Files, error) {
	const op = "bundle.Unzip"
	if len(raw) > MaxTotal {
		return nil, fault.Newf(op, fault.Invalid, "the zip is larger than %d MB", MaxTotal>>20)
	}
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return nil, fault.New(op, fault.Invalid, err)
	}
	top := topFolder(z.File)
	out, total := Files{}, int64(0)
	for _, part := range z.File {
		if err := unpack(out, part, top, &total); err != nil {
			return nil, fault.New(op, fault.Invalid, err)
		}
	}
	if _, ok := out[forms.FormFile]; !ok {
		return nil, fault.Newf(op, fault.Invalid, "the zip has no %s", forms.FormFile)
	}
	return out, nil
}

func unpack(out Files, part *zip.File, top string, total *int64) error {
	name, ok := strings.CutPrefix(part.Name, top)
	if !ok || strings.HasPrefix(part.Name, "__MACOSX/") || strings.HasSuffix(part.Name, "/.DS_Store") {
		if strings.HasPrefix(part.Name, "__MACOSX/") || strings.HasSuffix(part.Name, "/.DS_Store") {
			return nil // what one file manager adds of its own
		}
		return fmt.Errorf("%q stands outside the form's folder", part.Name)
	}
	if strings.HasSuffix(name, "/") || name == "" {
		if !fs.ValidPath(strings.TrimSuffix(part.Name, "/")) {
			return fmt.Errorf("%q is not a name within a form's folder", part.Name)
		}
		return nil // a folder is made by what stands in it
	}
	if !part.Mode().IsRegular() {
		return fmt.Errorf("%q is a link or a device: a form has plain files", part.Name)
	}
	r, err := part.Open()
	if err != nil {
		return fmt.Errorf("%s: %w", part.Name, err)
	}
	defer r.Close()
	return out.add(name, r, total)
}

// topFolder is "skolskjuts/" when the zip has form.yaml in that folder and none at its root.
func topFolder(parts []*zip.File) string {
	top := ""
	for _, p := range parts {
		dir, ok := strings.CutSuffix(p.Name, forms.FormFile)
		switch {
		case !ok:
		case dir == "":
			return ""
		case top == "" && strings.Count(dir, "/") == 1 && strings.HasSuffix(dir, "/") && dir != "../" && dir != "./":
			top = dir
		}
	}
	return top
}
