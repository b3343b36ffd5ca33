package ui

import (
	"errors"
	"io/fs"
)

// Binding binds the templates of a folder to their pages, one after the other, and keeps what is wrong until all are bound:
//
//	b := u.Bind(templates, "parts")
//	ui.Bind(b, &a.list, "list")
//	ui.Bind(b, &a.kase, "case", "case_*")
//	return b.Err()
type Binding struct {
	ui     *UI
	fsys   fs.FS
	common []string
	errs   []error
}

// Bind begins to bind the templates under templates/ of fsys. The common ones are part of every page.
func (u *UI) Bind(fsys fs.FS, common ...string) *Binding {
	return &Binding{ui: u, fsys: fsys, common: files(common)}
}

// Bind binds the named templates, and the common ones, to a page.
func Bind[P Page](b *Binding, into **Template[P], names ...string) {
	t, err := Parse[P](b.ui, b.fsys, append(files(names), b.common...)...)
	if err != nil {
		b.errs = append(b.errs, err)
	}
	*into = t
}

// Err is all that was wrong; nil when nothing was.
func (b *Binding) Err() error { return errors.Join(b.errs...) }

// files are the files of templates by their names, which may be patterns.
func files(names []string) []string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = "templates/" + name + ".html"
	}
	return out
}
