package web

import (
	"context"
	"io"

	"samtjanst/forms"
	"samtjanst/forms/journey"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/httpkit/fillkit"
)

// saveDraft takes a posted page of questions.
func (s *site) saveDraft(r *httpkit.Request) error {
	id, a, at := r.Param("draft"), actor(r), draftPlace(r)
	leave := "/mina-sidor?sparat=1"
	if at.open {
		leave = at.Page("lank") + "?sparat=1"
	}
	return s.fill.Save(r, fillkit.Target{
		Place: at.Place,
		Show: func(ctx context.Context, page string) (*flow.DraftView, error) {
			return s.Flow.Page(ctx, a, id, page, false)
		},
		Save: func(ctx context.Context, post flow.Post) (flow.Saved, error) { return s.Flow.Save(ctx, a, id, post) },
		Upload: func(ctx context.Context, at forms.Pointer, name string, body io.Reader) (*forms.Problem, error) {
			return s.Flow.Upload(ctx, a, id, at, name, body)
		},
		Again: func(status int, v *flow.DraftView) error { return s.showForm(r, status, v, at) },
		Done:  at.Page(journey.CheckPage), Leave: leave,
		Refused: func(err error) error { return s.refusedDraft(r, err, id) },
	})
}
