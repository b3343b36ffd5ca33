package servertest

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"samtjanst/forms"
	"samtjanst/forms/answers"
	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/identity"
	"samtjanst/renderer/walktest"
)

// CitizensForms lists the folders of forms that citizens begin, to be walked through as services. What officers begin (audience staff) is left
// out, here and nowhere else: as a service it does not exist, so there is nothing to open. Its questions are walked without a server as those
// of every form (renderer/walktest), and the officer's own pages by admin/byhand and the browser's test of orders by hand.
func CitizensForms(t testing.TB, fsys fs.FS) []string {
	t.Helper()
	dirs, err := walktest.Dirs(fsys)
	if err != nil {
		t.Fatal(err)
	}
	dirs = slices.DeleteFunc(dirs, func(dir string) bool {
		def, wrong := forms.Load(fsys, dir)
		if def == nil {
			t.Fatal(dir, wrong)
		}
		return def.Meta.ByStaff()
	})
	if len(dirs) == 0 {
		t.Fatal("no forms to walk")
	}
	return dirs
}

// Applicant is somebody who can begin a service (Anna, who has children and a home, or somebody nobody knows where no login is asked for),
// with the cookie by which a browser is known as that person and the address under which the drafts stand.
func (w *World) Applicant(form *walktest.Form) (who identity.Actor, cookie http.Cookie, drafts string) {
	w.t.Helper()
	if form.Graph.Form().Def.Meta.Open() {
		secret := strings.Repeat("walk", 10) + "AAA" // as long as the platform's own
		key := sha256.Sum256([]byte(secret))
		return identity.Actor{Lang: "sv", Guest: &identity.Guest{Key: hex.EncodeToString(key[:])}}, http.Cookie{Name: "__Host-samtjanst-utan", Value: secret}, "/utan-inloggning/"
	}
	who = Citizen(personas.AnnaTestsson)
	secret, err := w.Kit.Issue(w.Ctx, httpkit.CitizenSession, who)
	if err != nil {
		w.t.Fatal(err)
	}
	return who, http.Cookie{Name: httpkit.CitizenSession.Cookie(), Value: secret}, "/ansokan/"
}

// Answer gives what a person posts of the page that a draft stands at so that it leads on, whatever the form. Files that the page asks
// for are uploaded first.
func (w *World) Answer(a identity.Actor, form *walktest.Form, v *flow.DraftView) url.Values {
	w.t.Helper()
	page := v.Page.ID
	right := form.Fit(v.View.Scope, page)
	if right == nil {
		w.t.Fatalf("page %s of %s: no answer leads on: %v", page, v.Form.Def.Meta.ID, form.Graph.Validate(v.View, page))
	}
	scope := v.View.Scope
	scope.Answers = right
	to, err := form.Graph.Run(scope)
	if err != nil {
		w.t.Fatal(err)
	}
	post := form.Post(v.View, to, page)
	rev := v.Rev
	for _, s := range v.Page.Sections {
		for _, f := range s.Fields {
			at := v.Page.At(f.Pointer)
			stored, _ := forms.Lookup(v.Stored, at)
			wanted, ok := forms.Lookup(to.Answers, at)
			if files, _ := stored.([]any); f.Kind != forms.FilesField || !ok || wanted == nil || len(files) > 0 {
				continue
			}
			if rev == v.Rev { // what is answered may be what asks for the file
				rev++
				first := url.Values{answers.FieldOp: {answers.OpUpdate}}
				for name, values := range post {
					first[name] = values
				}
				if _, err := w.Flow.Save(w.Ctx, a, v.ID, flow.Post{Page: page, Rev: v.Rev, Values: first}); err != nil {
					w.t.Fatalf("updating %s: %v", page, err)
				}
			}
			if p, err := w.Flow.Upload(w.Ctx, a, v.ID, at, "bilaga.pdf", strings.NewReader(samplePDF)); err != nil || p != nil {
				w.t.Fatalf("uploading to %s: %v %v", at, p, err)
			}
		}
	}
	return post
}

const samplePDF = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n" +
	"xref\n0 3\n0000000000 65535 f \n0000000009 00000 n \n0000000054 00000 n \ntrailer<</Size 3/Root 1 0 R>>\nstartxref\n101\n%%EOF\n"

// FillAny answers every page of a draft of any form, and gives the pages it was led through and the view of the check page.
func (w *World) FillAny(a identity.Actor, form *walktest.Form, draft string) (pages []string, check *flow.DraftView) {
	w.t.Helper()
	page := ""
	for range 60 {
		v, err := w.Flow.Page(w.Ctx, a, draft, page, false)
		if err != nil {
			w.t.Fatalf("page %q: %v", page, err)
		}
		if v.Page == nil {
			return pages, v
		}
		post := w.Answer(a, form, v)
		if v, err = w.Flow.Page(w.Ctx, a, draft, v.Page.ID, false); err != nil {
			w.t.Fatalf("page %q: %v", page, err)
		}
		pages = append(pages, v.Page.ID)
		saved, err := w.Flow.Save(w.Ctx, a, draft, flow.Post{Page: v.Page.ID, Rev: v.Rev, Values: post})
		if err == nil && saved.View != nil && !forms.Hard(saved.View.Problems) { // a warning has been read
			for _, p := range saved.View.Problems {
				post.Add(answers.FieldSeen, answers.Seen(p))
			}
			saved, err = w.Flow.Save(w.Ctx, a, draft, flow.Post{Page: v.Page.ID, Rev: saved.View.Rev, Values: post})
		}
		if err != nil {
			w.t.Fatalf("saving %q: %v", v.Page.ID, err)
		}
		if saved.View != nil {
			w.t.Fatalf("page %q: %v", v.Page.ID, saved.View.Problems)
		}
		page = saved.Next
	}
	w.t.Fatal("the journey does not end")
	return nil, nil
}
