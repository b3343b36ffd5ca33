package byhand

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"

	"samtjanst/forms"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/renderer/ui"
)

// showEdit is GET /admin/underskrifter/ny/{draft}. What has been sent already leads to its case.
func (a *area) showEdit(r *httpkit.Request) error {
	draft, err := id(r, "draft")
	if err != nil {
		return err
	}
	v, err := a.Flow.HandDraft(r.Context(), r.Actor(), draft)
	if err != nil {
		return a.sentAlready(r, draft, err)
	}
	return a.editing(r, http.StatusOK, v, nil, false)
}

// sentAlready leads to the case that a draft has become; err when it has not.
func (a *area) sentAlready(r *httpkit.Request, draft string, err error) error {
	if !errors.Is(err, fault.NotFound) {
		return err
	}
	made, err := a.Flow.OrderedByHand(r.Context(), r.Actor(), draft)
	if err != nil {
		return err
	}
	return r.See(caseURL(made))
}

// save is POST: keeps all that was typed and takes the files, then does what the button says.
func (a *area) save(r *httpkit.Request) error {
	draft, err := id(r, "draft")
	if err != nil {
		return err
	}
	typed := read(r.Form()) // every value but the last buttons' stands before the files
	v, err := a.Flow.SaveHand(r.Context(), r.Actor(), draft, revision(r.Form()), typed)
	switch {
	case errors.Is(err, fault.Conflict): // saved in another tab: what was typed here is shown, and saving again keeps it
		if v, err = a.Flow.HandDraft(r.Context(), r.Actor(), draft); err != nil {
			return err
		}
		v.Order = typed
		return a.editing(r, http.StatusConflict, v, nil, true)
	case err != nil:
		return a.sentAlready(r, draft, err)
	}
	refused, err := a.takeFiles(r, draft)
	if err != nil {
		return err
	}
	if v, err = a.Flow.HandDraft(r.Context(), r.Actor(), draft); err != nil {
		return err
	}
	if len(refused) > 0 {
		return a.editing(r, http.StatusUnprocessableEntity, v, refused, false)
	}
	return a.press(r, v, r.Form().Get(fieldOp))
}

// takeFiles takes the posted files, and says what is wrong with those that are not taken.
func (a *area) takeFiles(r *httpkit.Request, draft string) ([]forms.Problem, error) {
	var refused []forms.Problem
	u := r.Upload()
	if u == nil {
		return nil, nil
	}
	for {
		f, err := u.Next()
		if errors.Is(err, io.EOF) {
			return refused, nil
		}
		if err != nil {
			return nil, err
		}
		if f.Field != controlFiles {
			continue
		}
		p, err := a.Flow.UploadHand(r.Context(), r.Actor(), draft, f.Name, f.Body)
		if err != nil {
			return nil, err
		}
		if p != nil {
			refused = append(refused, *p)
		}
	}
}

// press does what a button of the page says, on what has been saved.
func (a *area) press(r *httpkit.Request, v *flow.HandView, op string) error {
	w := a.words(r)
	if key, ok := strings.CutPrefix(op, opRemove); ok {
		return a.change(r, v, removeRow(v.Order, key), "#vilka")
	}
	if file, ok := strings.CutPrefix(op, opRemoveFile); ok {
		err := a.Flow.RemoveHandFile(r.Context(), r.Actor(), v.ID, file)
		if err != nil && !errors.Is(err, fault.NotFound) { // pressed twice
			return err
		}
		return r.See(draftURL(v.ID) + "#handlingar")
	}
	switch op {
	case opAdd:
		order, key := addRow(v.Order)
		return a.change(r, v, order, "#nummer."+key)
	case opAddKnown:
		i := slices.IndexFunc(v.People, func(p flow.HandPerson) bool { return p.ID == r.Form().Get(fieldWho) })
		if i < 0 {
			return r.See(draftURL(v.ID) + "#" + fieldWho)
		}
		order, key := addKnown(v.Order, v.People[i])
		return a.change(r, v, order, "#namn."+key)
	case opUpdate:
		return r.See(draftURL(v.ID) + "#ordning")
	case opUpload:
		return r.See(draftURL(v.ID) + "#handlingar")
	case opSave:
		return a.site.Done(r, w.T("byhand.edit.saved"), deskURL)
	}
	if len(v.Problems) > 0 {
		return a.editing(r, http.StatusUnprocessableEntity, v, v.Problems, false)
	}
	return r.See(previewURL(v.ID))
}

// change saves the order as a button has changed it, and goes on to a place on the page.
func (a *area) change(r *httpkit.Request, v *flow.HandView, order flow.HandOrder, place string) error {
	if _, err := a.Flow.SaveHand(r.Context(), r.Actor(), v.ID, v.Rev, order); err != nil {
		return err
	}
	return r.See(draftURL(v.ID) + place)
}

// file is GET of a document as it was uploaded.
func (a *area) file(r *httpkit.Request) error {
	draft, err := id(r, "draft")
	if err != nil {
		return err
	}
	f, err := a.Flow.HandFile(r.Context(), r.Actor(), draft, r.Param("file"))
	if err != nil {
		return err
	}
	return r.File(httpkit.Download{Name: f.Name, Type: f.Type, Size: f.Size, Body: f.Body})
}

// fileItems are the documents that are there.
func (w words) fileItems(v *flow.HandView, removable bool) ui.Files {
	var out ui.Files
	for _, f := range v.Files {
		item := ui.FileItem{Name: f.Name, Type: "PDF", Bytes: f.Size, URL: fileURL(v.ID, f.ID)}
		if removable {
			item.Remove = &ui.Button{Name: fieldOp, Value: opRemoveFile + f.ID}
		}
		out = append(out, item)
	}
	return out
}
