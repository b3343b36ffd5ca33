package flow

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"samtjanst/forms"
	"samtjanst/platform/casework"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/files"
	"samtjanst/platform/identity"
	"samtjanst/platform/signing"
	"samtjanst/platform/vault"
	"samtjanst/renderer/document"
	"samtjanst/renderer/pdf"
)

// maxMessage is how long the officer's message may be, in characters; maxHandouts how many files are handed out at once.
const (
	maxMessage  = 4000
	maxHandouts = 10
)

// HandoutInput is what the officer fills in to hand out what was asked for.
type HandoutInput struct {
	Way     string
	Message string // Markdown, for the applicant
	// Files gives one file after another, io.EOF after the last; nil for none. They are read once, and only when the rest is well.
	Files func() (name string, body io.Reader, err error)
}

// HandOut ends a case where nothing is decided: the files are sealed and put under Mina sidor, the applicant is told. rev is the case as the
// officer saw it: fault.Conflict when it has changed since, or when somebody in it is now protected, which the officer must see first.
// Problems have the pointers "/way", "/message" and "/files"; nothing is kept of the files then.
func (s *Service) HandOut(ctx context.Context, a identity.Actor, id casework.ID, rev int64, in HandoutInput) ([]forms.Problem, error) {
	e, err := s.staffCase(ctx, a, id, "", "", handlers...)
	if err != nil {
		return nil, err
	}
	if e.Rev != rev || e.Case.State != casework.AwaitingOfficer {
		return nil, fault.Newf("flow.HandOut", fault.Conflict, "case is %s at revision %d", e.Case.State, e.Rev)
	}
	found, err := s.guard(ctx, e, "delivery")
	if err != nil {
		return nil, err
	}
	by, name := byWho(a)
	if found != "" && !e.Case.Guarded {
		if err := s.apply(ctx, e, casework.ProtectionFound{What: found}, s.stamp(by, name), nil); err != nil {
			return nil, err
		}
		return nil, fault.Newf("flow.HandOut", fault.Conflict, "protection was found")
	}
	g, sv, err := s.graphOf(ctx, &e.Case)
	if err != nil {
		return nil, err
	}
	spec := g.Form.Def.Meta.Delivery
	way, problems := checkHandout(spec, &in)
	if len(problems) > 0 {
		return problems, nil
	}
	refs, problems, err := s.receiveHandouts(ctx, in, way)
	if len(problems) > 0 || err != nil {
		return problems, err
	}
	h := casework.Handout{Way: way.ID, Files: refs, Message: in.Message, Letter: way.Letter, By: a.Staff.Subject, ByName: a.Staff.Name,
		At: s.Clock.Now(), After: time.Duration(spec.LetterDays) * 24 * time.Hour}
	md, err := s.handoutText(ctx, e, g, sv, way, &h)
	if err == nil {
		h.Text = newRef("delivery", "brev.md", "text/markdown", signing.Only(e.Case.Applicant().ID), []byte(md))
		err = s.apply(ctx, e, casework.HandedOut{Handout: h}, s.stamp(by, name),
			[]vault.Blob{{ID: casework.PartID(h.Text.Part.ID), Kind: "delivery", Bytes: []byte(md)}})
	}
	if err != nil {
		s.dropBlobs(ctx, refs)
	}
	return nil, err
}

func checkHandout(spec forms.Delivery, in *HandoutInput) (forms.DeliveryWay, []forms.Problem) {
	way, ok := spec.Way(in.Way)
	switch {
	case in.Way == "":
		return way, problem("way", forms.Required)
	case !ok:
		return way, problem("way", forms.NotAnOption)
	}
	text, err := cleanText(strings.TrimSpace(in.Message), maxMessage)
	if err != nil {
		return way, problem("message", forms.BadText)
	}
	if in.Message = text; text == "" && way.Message {
		return way, problem("message", forms.Required)
	}
	return way, nil
}

// receiveHandouts seals the files. Nothing is left of them when there is a problem or an error.
func (s *Service) receiveHandouts(ctx context.Context, in HandoutInput, way forms.DeliveryWay) (refs []casework.Ref, problems []forms.Problem, err error) {
	defer func() {
		if len(problems) > 0 || err != nil {
			s.dropBlobs(ctx, refs)
			refs = nil
		}
	}()
	used := int64(0)
	for in.Files != nil {
		name, body, err := in.Files()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return refs, nil, err
		}
		if len(refs) == maxHandouts {
			return refs, []forms.Problem{{Pointer: "/files", Code: forms.TooMany, Params: map[string]any{"max": maxHandouts}}}, nil
		}
		got, err := files.Receive(ctx, s.Blobs, s.Scanner, body, name, used, s.Limits)
		var refused *files.Refusal
		if errors.As(err, &refused) {
			return refs, []forms.Problem{{Pointer: "/files", Code: refused.Code, Params: refused.Params}}, nil
		}
		if err != nil {
			return refs, nil, fault.Wrap("flow.HandOut", err)
		}
		used += got.Size
		ref, err := s.attach(ctx, got, signing.Only("p1"))
		if err != nil {
			s.dropBlobs(ctx, []casework.Ref{{Part: signing.Part{ID: got.ID}}})
			return refs, nil, err
		}
		refs = append(refs, ref)
	}
	if way.Files && len(refs) == 0 {
		return refs, problem("files", forms.Required), nil
	}
	return refs, nil, nil
}

// dropBlobs takes stored files away that nothing refers to. One that stays cannot be read: its key is nowhere.
func (s *Service) dropBlobs(ctx context.Context, refs []casework.Ref) {
	for _, r := range refs {
		if err := s.Blobs.Delete(context.WithoutCancel(ctx), r.Part.ID); err != nil {
			s.Log.WarnContext(ctx, "blob not deleted", "blob", r.Part.ID, "error", err)
		}
	}
}

// handoutText fills the letter that goes with what is handed out, in the language that the applicant used.
func (s *Service) handoutText(ctx context.Context, e *vault.Entry, g *Graph, sv ServiceView, way forms.DeliveryWay, h *casework.Handout) (string, error) {
	data, err := s.documentData(ctx, e, g, sv)
	if err != nil {
		return "", err
	}
	lang := e.Case.Lang
	data["service"] = g.Form.Title.In(lang)
	data["way"] = g.Form.Translate("delivery.ways."+way.ID, way.Title).In(lang)
	data["handed"], data["officer"], data["message"] = clock.Date(h.At), h.ByName, document.Markdown(h.Message)
	data["recipient"] = e.Case.Applicant().Name
	return s.documentText(g, g.Form.Def.Meta.Delivery.Document, lang, data)
}

// HandoutView is what was handed out, as the applicant may open it.
type HandoutView struct {
	Title   forms.Text // what it is: "Intyget"
	Way     forms.Text
	Message string // Markdown
	Letter  bool   // it was posted
	At      time.Time
	Files   []Attachment
}

func handoutView(f *forms.Form, h *casework.Handout) *HandoutView {
	spec := f.Def.Meta.Delivery
	way, _ := spec.Way(h.Way) // the case keeps the version of the form that it was handed out by
	v := &HandoutView{Title: f.Translate("delivery.title", spec.Title), Way: f.Translate("delivery.ways."+way.ID, way.Title),
		Message: h.Message, Letter: h.Letter, At: h.At}
	for _, r := range h.Files {
		v.Files = append(v.Files, Attachment{ID: r.Part.ID, Name: r.Part.Name, Type: r.Part.Media, Size: r.Part.Size})
	}
	return v
}

// handout opens a case for the applicant to whom something was handed out. fault.Hindered when he or she is now protected: the officer
// sees to it that it arrives.
func (s *Service) handout(ctx context.Context, a identity.Actor, id casework.ID) (*vault.Entry, *casework.Party, error) {
	e, p, err := s.partyCase(ctx, a, id)
	if err != nil {
		return nil, nil, err
	}
	if e.Case.Handout == nil || p.ID != e.Case.Applicant().ID {
		return nil, nil, fault.New("flow.handout", fault.NotFound, nil)
	}
	return e, p, s.guarded(ctx, e, p, "delivery")
}

// HandoutFile gives the applicant a file that was handed out, and notes that it was opened.
func (s *Service) HandoutFile(ctx context.Context, a identity.Actor, id casework.ID, file string) (*File, error) {
	e, p, err := s.handout(ctx, a, id)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(e.Case.Handout.Files, func(r casework.Ref) bool { return r.Part.ID == file })
	if i < 0 {
		return nil, fault.New("flow.HandoutFile", fault.NotFound, nil)
	}
	f, err := s.openAttachment(ctx, e.Case.Handout.Files[i])
	if err != nil {
		return nil, err
	}
	opened := slices.ContainsFunc(p.Delivered, func(d casework.Delivery) bool { return d.What == "delivery" && !d.Opened.IsZero() })
	if !opened {
		_, err := s.change(ctx, id, s.stamp(byParty(p), p.Name), func(*vault.Entry) (casework.Event, []vault.Blob, error) {
			return casework.HandoutOpened{Party: p.ID}, nil, nil
		})
		if err != nil {
			return nil, errors.Join(err, f.Body.Close())
		}
	}
	return f, nil
}

// HandoutPDF gives the applicant the letter that goes with what was handed out.
func (s *Service) HandoutPDF(ctx context.Context, a identity.Actor, id casework.ID) (*File, error) {
	e, _, err := s.handout(ctx, a, id)
	if err != nil {
		return nil, err
	}
	g, sv, err := s.graphOf(ctx, &e.Case)
	if err != nil {
		return nil, err
	}
	md, err := s.Vault.Part(ctx, e, casework.PartID(e.Case.Handout.Text.Part.ID))
	if err != nil {
		return nil, err
	}
	lang := documentLang(g, g.Form.Def.Meta.Delivery.Document, e.Case.Lang)
	return s.record(ctx, sv.Tenant, s.doc(&e.Case, sv, g.Form.Title.In(lang), lang, e.Case.Handout.At, pdf.FromMarkdown(string(md))...), sealedLetter,
		"brev-"+e.Case.Reference+".pdf")
}
