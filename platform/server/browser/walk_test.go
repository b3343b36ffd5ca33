package browser

import (
	"testing"

	"samtjanst/forms/journey"
	"samtjanst/forms/library"
	"samtjanst/platform/server/servertest"
	"samtjanst/renderer/walktest"
)

// Every page that somebody is led through in every form of the library, as it stands when it is answered, on a phone before axe. A new
// folder is looked at too.
func TestEveryForm(t *testing.T) {
	w := world(t)
	for _, dir := range servertest.CitizensForms(t, library.Forms) {
		t.Run(dir, func(t *testing.T) {
			form, err := walktest.Open(library.Forms, dir)
			if err != nil {
				t.Fatal(err)
			}
			who, cookie, drafts := w.Applicant(form)
			draft, err := w.Flow.Start(w.Ctx, who, "ekkoping", form.Graph.Form().Def.Meta.ID)
			if err != nil {
				t.Fatal(err)
			}
			b := newTab(t, w.URL, phone)
			b.cookie(cookie.Name, cookie.Value)
			pages, _ := w.FillAny(who, form, draft)
			for _, page := range append(pages, journey.CheckPage) {
				at := drafts + draft + "/" + page
				b.open(at)
				if on := ask[string](b, `location.pathname`); on != at {
					t.Errorf("%s leads to %s", at, on)
				}
			}
		})
	}
}
