package web

import (
	"context"
	"io"

	"samtjanst/forms"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/httpkit/fillkit"
)

// The own section of a case: what the second guardian fills in about himself or herself before signing.

func ownPlace(r *httpkit.Request) place {
	base := caseURL(caseID(r)) + "/egna-uppgifter"
	return place{own: true, Place: fillkit.Place{Base: base, Through: true}}
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
		return r.See(ownPlace(r).Page(v.View.Pages[len(v.View.Pages)-1].ID)) // its Continue fills the section
	}
	return r.See(ownPlace(r).Page(v.Page.ID))
}

func (s *site) ownPage(r *httpkit.Request) error {
	v, err := s.Flow.OwnPage(r.Context(), r.Actor(), caseID(r), r.Param("page"))
	if err != nil {
		return s.refusedCase(r, err, caseID(r))
	}
	if fillkit.PageOf(v) != r.Param("page") {
		return r.See(caseURL(caseID(r)) + "/egna-uppgifter")
	}
	return s.showForm(r, 200, v, ownPlace(r))
}

func (s *site) saveOwn(r *httpkit.Request) error {
	id, a, at := caseID(r), r.Actor(), ownPlace(r)
	return s.fill.Save(r, fillkit.Target{
		Place: at.Place,
		Show: func(ctx context.Context, page string) (*flow.DraftView, error) {
			return s.Flow.OwnPage(ctx, a, id, page)
		},
		Save: func(ctx context.Context, post flow.Post) (flow.Saved, error) { return s.Flow.SaveOwn(ctx, a, id, post) },
		Upload: func(ctx context.Context, at forms.Pointer, name string, body io.Reader) (*forms.Problem, error) {
			return s.Flow.UploadOwn(ctx, a, id, at, name, body)
		},
		Again: func(status int, v *flow.DraftView) error { return s.showForm(r, status, v, at) },
		Done:  caseURL(id) + "/underskrift", Leave: "/mina-sidor?sparat=1",
		Refused: func(err error) error { return s.refusedCase(r, err, id) },
	})
}
