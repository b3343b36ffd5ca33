package flow

import (
	"context"
	"slices"
	"strings"

	"samtjanst/forms"
	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
	"samtjanst/platform/vault"
)

// MoveStage moves a case from the inner stage that the officer saw it in to one that the form allows next, with a note for colleagues.
// fault.Conflict when somebody else has moved it since.
func (s *Service) MoveStage(ctx context.Context, a identity.Actor, id casework.ID, from, to, note string) ([]forms.Problem, error) {
	e, err := s.staffCase(ctx, a, id, "", "", handlers...)
	if err != nil {
		return nil, err
	}
	g, _, err := s.graphOf(ctx, &e.Case)
	if err != nil {
		return nil, err
	}
	var problems []forms.Problem
	if note, err = cleanText(strings.TrimSpace(note), maxReason); err != nil {
		problems = problem("note", forms.BadText)
	} else if note == "" {
		problems = problem("note", forms.Required)
	}
	moves := g.Form.Def.Meta.Moves(from)
	i := slices.IndexFunc(moves, func(m forms.Stage) bool { return m.ID == to })
	switch {
	case e.Case.Stage != from:
		return nil, fault.Newf("flow.MoveStage", fault.Conflict, "the case is in the stage %q", e.Case.Stage)
	case to == "":
		problems = append(problem("to", forms.Required), problems...)
	case i < 0:
		problems = append(problem("to", forms.NotAnOption), problems...)
	}
	if problems != nil {
		return problems, nil
	}
	by, name := byWho(a)
	ev := casework.StageMoved{From: from, To: to, Note: note, Closes: moves[i].Closes, Tell: moves[i].Tell}
	_, err = s.change(ctx, id, s.stamp(by, name), func(*vault.Entry) (casework.Event, []vault.Blob, error) { return ev, nil, nil })
	return nil, err
}

// stageTitle names a stage as the form does now; "" for none.
func stageTitle(f *forms.Form, stage string) string {
	if f == nil || stage == "" {
		return ""
	}
	if s, ok := f.Def.Meta.Stage(stage); ok {
		return s.Title
	}
	return stage // of an earlier version
}

// stageOf is the stage among a row's labels.
func stageOf(labels []string) string {
	for _, l := range labels {
		if id, ok := strings.CutPrefix(l, casework.StageLabel("")); ok {
			return id
		}
	}
	return ""
}
