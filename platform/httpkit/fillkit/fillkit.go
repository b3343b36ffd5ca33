// Package fillkit is what pages share on which a form is filled in: the citizens' (package web) and the officers' (admin/prepare). Both are the
// same pages of the same form; what is around them is their own site's.
//
// A Target is what a posted page is saved to. Files are taken first, as they stream in, then the answers; then it goes on (303), or the page is
// shown again with what is wrong and what was typed (422). A page that was made from an older revision than is stored is answered by one that
// shows what was typed and lets the person decide (conflict.go): nothing that was typed is lost.
//
// FormPage, CheckPage and ResendPage are made here and finished by the site: what it says above and below the questions, and where its links
// lead. Every page works without script.
package fillkit

import (
	"embed"
	"net/url"
	"strconv"
	"sync"

	"samtjanst/forms"
	"samtjanst/forms/answers"
	"samtjanst/platform/directory"
	"samtjanst/platform/httpkit"
	"samtjanst/renderer"
	"samtjanst/renderer/ui"
)

//go:embed templates/*.html
var templates embed.FS

// Frame is what is around a page of the site. tenant is nil where no municipality is meant.
type Frame func(r *httpkit.Request, tenant *directory.Tenant, title string) ui.Shell

// Kit is the pages of one site.
type Kit struct {
	renderer *renderer.Renderer
	frame    Frame

	form   *ui.Template[FormPage]
	check  *ui.Template[CheckPage]
	resend *ui.Template[ResendPage]

	forms sync.Map // forms.Version → *renderer.Form, of those that are in use
	facts sync.Map // forms.Version → []string, see fromRegister
}

// New binds the templates. The error is a template's: a mistake in the program.
func New(u *ui.UI, r *renderer.Renderer, frame Frame) (*Kit, error) {
	k := &Kit{renderer: r, frame: frame}
	b := u.Bind(templates, "parts")
	ui.Bind(b, &k.form, "form")
	ui.Bind(b, &k.check, "check")
	ui.Bind(b, &k.resend, "resend")
	return k, b.Err()
}

// ReturnField stands in the address and in the form when one answer is changed from the check page.
const ReturnField = "andra"

// Revision of the draft that a posted page was made from; -1, which no draft has, when it is missing.
func Revision(form url.Values) int64 {
	n, err := strconv.ParseInt(form.Get(answers.FieldRevision), 10, 64)
	if err != nil {
		return -1
	}
	return n
}

func (k *Kit) compiled(f *forms.Form) *renderer.Form {
	if have, ok := k.forms.Load(f.Version); ok {
		return have.(*renderer.Form)
	}
	have, _ := k.forms.LoadOrStore(f.Version, k.renderer.Form(f))
	return have.(*renderer.Form)
}

func show[P ui.Page](r *httpkit.Request, status int, t *ui.Template[P], page P) error {
	body, err := t.Bytes(page)
	if err != nil {
		return err
	}
	return r.HTML(status, body)
}
