package web

import (
	"context"
	"io"

	"samtjanst/forms"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
)

// The own section of a case: what the second guardian fills in about himself or herself before signing.

func ownPlace(r *httpkit.Request) place {
	base := caseURL(caseID(r)) + "/egna-uppgifter"
	return place{base: base, own: true}
}

// openOwn leads to the first page of the own section that is not complete.
func (s *site) openOwn(r *httpkit.Request) error {
	v, err := s.Flow.OwnPage(r.Context(), r.Actor(), caseID(r), "")
	if err != nil {
		return s.refusedCase(r, err, caseID(r))
	}
	if v.Page == nil {
		if len(v.View.Pages) == 0 {
			return r.See(caseURL(caseID(r)) + "/underskrift")
		}
		return r.See(ownPlace(r).base + "/" + v.View.Pages[len(v.View.Pages)-1].ID) // its Continue fills the section
	}
	return r.See(ownPlace(r).base + "/" + v.Page.ID)
}

func (s *site) ownPage(r *httpkit.Request) error {
	v, err := s.Flow.OwnPage(r.Context(), r.Actor(), caseID(r), r.Param("page"))
	if err != nil {
		return s.refusedCase(r, err, caseID(r))
	}
	if pageOf(v) != r.Param("page") {
		return r.See(caseURL(caseID(r)) + "/egna-uppgifter")
	}
	return s.showForm(r, 200, v, ownPlace(r))
}

func (s *site) saveOwn(r *httpkit.Request) error {
	id, a := caseID(r), r.Actor()
	return s.savePage(r, target{
		place: ownPlace(r),
		show: func(ctx context.Context, page string) (*flow.DraftView, error) {
			return s.Flow.OwnPage(ctx, a, id, page)
		},
		save: func(ctx context.Context, post flow.Post) (flow.Saved, error) { return s.Flow.SaveOwn(ctx, a, id, post) },
		upload: func(ctx context.Context, at forms.Pointer, name string, body io.Reader) (*forms.Problem, error) {
			return s.Flow.UploadOwn(ctx, a, id, at, name, body)
		},
		done: caseURL(id) + "/underskrift", leave: "/mina-sidor?sparat=1",
		refused: func(err error) error { return s.refusedCase(r, err, id) },
	})
}
