package server_test

import (
	"net/http"
	"path"
	"testing"

	"samtjanst/forms/journey"
	"samtjanst/forms/library"
	"samtjanst/platform/server/servertest"
	"samtjanst/renderer/walktest"
)

// Every form of the library is filled in over HTTP, without script, by somebody whom the register knows: each page answers 200, what is
// posted leads on, and the check page opens. A new folder is walked too.
func TestWalkEveryForm(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	for _, dir := range servertest.CitizensForms(t, library.Forms) {
		t.Run(dir, func(t *testing.T) {
			form, err := walktest.Open(library.Forms, dir)
			if err != nil {
				t.Fatal(err)
			}
			who, cookie, drafts := w.Applicant(form)
			b := visitor(t, w, anna)
			clear(b.Cookies) // to be whoever the form is for
			b.Cookies[cookie.Name] = cookie.Value
			draft, err := w.Flow.Start(w.Ctx, who, "ekkoping", form.Graph.Form().Def.Meta.ID)
			if err != nil {
				t.Fatal(err)
			}
			page, walked := "", 0
			for page != journey.CheckPage {
				if walked++; walked > 60 {
					t.Fatal("the journey does not end")
				}
				v, err := w.Flow.Page(w.Ctx, who, draft, page, false)
				if err != nil || v.Page == nil {
					t.Fatal(page, err)
				}
				post := w.Answer(who, form, v)
				b.Get(drafts + draft + "/" + v.Page.ID)
				b.Want(http.StatusOK)
				b.Submit("Fortsätt", post)
				if b.Page.Status == http.StatusUnprocessableEntity { // a warning lets one through once it has been read
					b.Submit("Fortsätt", post)
				}
				b.Want(http.StatusSeeOther)
				page = path.Base(b.Page.Header.Get("Location"))
			}
			b.Get(drafts + draft + "/" + page)
			b.Want(http.StatusOK)
			t.Logf("%d pages", walked)
		})
	}
}
