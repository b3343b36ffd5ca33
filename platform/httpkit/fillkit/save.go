package fillkit

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"samtjanst/forms"
	"samtjanst/forms/answers"
	"samtjanst/forms/journey"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/renderer"
)

// Target is what a page of questions is saved to.
type Target struct {
	Place
	// Show gives a page as it is stored, Save and Upload what came of what was posted: as flow's Page, Save and Upload.
	Show   func(ctx context.Context, page string) (*flow.DraftView, error)
	Save   func(ctx context.Context, post flow.Post) (flow.Saved, error)
	Upload func(ctx context.Context, at forms.Pointer, name string, r io.Reader) (*forms.Problem, error)
	// Again answers with a page of questions, with what is wrong on it.
	Again   func(status int, v *flow.DraftView) error
	Done    string // where to go when the last page is complete
	Leave   string // where "save and continue later" leads
	Refused func(error) error
	// Stale says, for somebody whose page was made from an older revision, who has saved since; nil or "": perhaps in another tab.
	Stale func(v *flow.DraftView) string
}

// maxTries is how often a page that says what is stored is saved again, since it is posted once more while it is being saved.
const maxTries = 5

// Save takes a posted page: the files first, as they stream in, then the answers; then it goes on (303), or shows the page again
// with what is wrong and what was typed (422).
func (k *Kit) Save(r *httpkit.Request, t Target) error {
	ctx, page := r.Context(), r.Param("page")
	var wrong []forms.Problem
	received := 0
	if up := r.Upload(); up != nil {
		v, err := t.Show(ctx, page)
		if err != nil {
			return t.Refused(err)
		}
		if Revision(r.Form()) != v.Rev {
			if err := up.Rest(); err != nil {
				return err
			}
			return k.conflict(r, t, v, true)
		}
		if wrong, received, err = takeFiles(r, t, up); err != nil {
			return err
		}
		if received > 0 {
			if v, err = t.Show(ctx, page); err != nil { // the files made new revisions of their own
				return t.Refused(err)
			}
			r.Form().Set(answers.FieldRevision, strconv.FormatInt(v.Rev, 10))
		}
	}
	post := flow.Post{Page: page, Rev: Revision(r.Form()), Values: r.Form(), Return: r.Form().Get(ReturnField) != ""}
	op, at := answers.ParseOp(post.Values.Get(answers.FieldOp))
	if len(wrong) > 0 { // nobody leaves without having been told
		op = answers.OpUpload
		post.Values.Set(answers.FieldOp, op)
	}
	saved, err := t.Save(ctx, post)
	for tries := 0; errors.Is(err, fault.Conflict); tries++ {
		v, verr := t.Show(ctx, page)
		if verr != nil {
			return t.Refused(verr)
		}
		if op == answers.OpPick && pickedAlready(v, at, post.Values) {
			saved, err = flow.Saved{Next: page, View: v}, nil
			break
		}
		if tries == maxTries || !same(v, post.Values) {
			return k.conflict(r, t, v, false)
		}
		post.Rev = v.Rev // the same page again: a double click, or two tabs that say the same
		saved, err = t.Save(ctx, post)
	}
	if err != nil {
		return t.Refused(err)
	}
	v := saved.View
	if v != nil {
		v.Problems = append(v.Problems, wrong...)
	}
	switch {
	case op == answers.OpSave:
		return r.See(t.Leave)
	case v == nil && saved.Next == journey.CheckPage:
		return r.See(t.Done)
	case v == nil:
		return r.See(t.Page(saved.Next))
	case len(v.Problems) > 0 || len(v.Typed) > 0 || op == answers.OpContinue:
		status := http.StatusUnprocessableEntity
		if !forms.Hard(v.Problems) { // a choice that has shown more questions, or a warning
			status = http.StatusOK
		}
		return t.Again(status, v)
	}
	address := t.Page(page)
	if post.Return {
		address += "?" + ReturnField + "=1"
	}
	asked := saved.Asked
	if op == answers.OpPick { // what can be picked stands in a row that is stored, and posted by its number
		asked = at
	}
	if f := v.Form.FieldAt(asked); asked != "" && f != nil {
		address += "#" + renderer.LookupID(f, asked)
	} else if id := renderer.ControlID(v.View, v.Typed, at); op != answers.OpAdd && at != "" && id != "" { // to what is new the button leads
		address += "#" + id
	}
	return r.See(address)
}

// takeFiles streams each posted file into its field. What is wrong with one does not stop the next.
func takeFiles(r *httpkit.Request, t Target, up *httpkit.Upload) (wrong []forms.Problem, received int, err error) {
	prefix := answers.Upload("")
	for {
		f, err := up.Next()
		if err == io.EOF {
			return wrong, received, nil
		}
		if err != nil {
			return nil, 0, err
		}
		at, ok := strings.CutPrefix(f.Field, prefix)
		if !ok || f.Name == "" || !strings.HasPrefix(at, "/") {
			continue
		}
		problem, err := t.Upload(r.Context(), forms.Pointer(at), f.Name, f.Body)
		if err != nil {
			return nil, 0, err
		}
		if problem != nil {
			wrong = append(wrong, *problem)
		} else {
			received++
		}
	}
}

// same reports that a post says what is stored already.
func same(v *flow.DraftView, posted url.Values) bool {
	if v.Page == nil {
		return false
	}
	if op, _ := answers.ParseOp(posted.Get(answers.FieldOp)); op != answers.OpContinue && op != answers.OpSave && op != answers.OpUpdate && op != answers.OpLookup {
		return false // adding a row twice is two rows
	}
	stored := answers.Encode(v.View, v.Page.ID, nil)
	for name, values := range posted {
		if !isAnswer(name) {
			continue
		}
		if f := v.Form.FieldAt(forms.Pointer(name[1:])); f != nil && v.View.FromRegister(f, forms.Pointer(name[1:])) {
			continue // a register has filled it meanwhile: it is not asked any more
		}
		if strings.Join(stored[name], "\n") != strings.Join(values, "\n") && strings.Join(values, "") != strings.Join(stored[name], "") {
			return false
		}
	}
	for name := range stored {
		if _, ok := posted[name]; !ok && isAnswer(name) {
			return false
		}
	}
	return true
}

// pickedAlready reports that what a post picks has been picked: its button was pressed twice.
func pickedAlready(v *flow.DraftView, at forms.Pointer, posted url.Values) bool {
	r, asked := forms.LookedUp(v.Form.FieldAt(at), at, v.View.Scope.Answers, v.View.Scope.Facts)
	return asked && r.Picked != "" && r.Picked == posted.Get(answers.Pick(at))
}

// isAnswer tells the controls of answers and rows from what travels along: their names hold a pointer.
func isAnswer(name string) bool {
	return len(name) > 1 && name[1] == '/' && !strings.HasPrefix(name, answers.Pick("/"))
}
