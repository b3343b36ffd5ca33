package flow

import (
	"context"
	"crypto/subtle"
	"strings"
	"time"

	"samtjanst/forms"
	"samtjanst/platform/casework"
	"samtjanst/platform/directory"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
	"samtjanst/platform/vault"
)

// Services without login (forms.Meta.Open). Whoever fills in is a guest: known by the key of the browser, and by nothing else than what he or
// she chooses to write. What is handed in has an applicant without number, so it is on nobody's Mina sidor, nothing can be asked of the
// applicant there, and no register is asked about anybody.

// receiptLife is how long whoever handed in can read the receipt in the same browser.
const receiptLife = 24 * time.Hour

// owners are whose drafts the actor may open: a person's, by every number, those of one browser, or those of the boards that an officer handles
// cases for. fault.Unauthorised for nobody, fault.NotFound for a browser that has begun nothing and for staff who handle no cases.
func (s *Service) owners(a identity.Actor) ([]vault.Owner, error) {
	if a.Guest != nil {
		if a.Guest.Key == "" {
			return nil, fault.New("flow", fault.NotFound, nil)
		}
		return []vault.Owner{s.Vault.BrowserOwner(a.Guest.Key)}, nil
	}
	if a.Staff != nil {
		return s.boardOwners(a)
	}
	who, err := citizen(a)
	if err != nil {
		return nil, err
	}
	return s.Vault.PersonOwners(who.Numbers()), nil
}

// noFacts are the facts of a service without login: nothing but where it is.
func noFacts(t *directory.Tenant, now time.Time) map[string]any {
	return map[string]any{"source": "", "at": now.Format(time.RFC3339), "municipality": map[string]any{"id": string(t.ID), "name": t.Name, "code": t.Code}}
}

// introduced is what somebody unknown says of himself or herself at the form's contact pointer. Where to be told is taken only with consent.
func introduced(answers map[string]any, at forms.Pointer) (name string, to casework.Contact) {
	if at == "" {
		return "", casework.Contact{}
	}
	v, _ := forms.Lookup(answers, at)
	given, _ := v.(map[string]any)
	name, _ = given["name"].(string)
	if given["consent"] == true {
		to.Email, _ = given["email"].(string)
		phone, _ := given["phone"].(string)
		to.Phone = e164(phone)
	}
	return strings.TrimSpace(name), to
}

// handedIn reports that a case was handed in from the guest's browser.
func (s *Service) handedIn(a identity.Actor, c *casework.Case) bool {
	if a.Guest == nil || a.Guest.Key == "" || c.Browser == "" {
		return false
	}
	return subtle.ConstantTimeCompare([]byte(c.Browser), []byte(s.Vault.BrowserOwner(a.Guest.Key))) == 1
}

// guestCase opens a case that was handed in from the guest's browser not long ago. Everybody else is told that there is none.
func (s *Service) guestCase(ctx context.Context, a identity.Actor, id casework.ID) (*vault.Entry, error) {
	if a.Guest == nil || a.Guest.Key == "" {
		return nil, fault.New("flow.guestCase", fault.NotFound, nil)
	}
	e, err := s.Vault.Load(ctx, id)
	if err != nil {
		return nil, err
	}
	if !s.handedIn(a, &e.Case) || s.Clock.Now().Sub(e.Case.Submitted) >= receiptLife {
		return nil, fault.New("flow.guestCase", fault.NotFound, nil)
	}
	return e, nil
}

// Receipt shows somebody without login what was just handed in.
func (s *Service) Receipt(ctx context.Context, a identity.Actor, id casework.ID) (*CaseView, error) {
	e, err := s.guestCase(ctx, a, id)
	if err != nil {
		return nil, err
	}
	v, err := s.caseView(ctx, e, e.Case.Applicant())
	if err != nil {
		return nil, err
	}
	v.Told = !e.Case.Applicant().Contact.IsZero()
	return v, nil
}

// OpenReceiptPDF is the receipt as a document.
func (s *Service) OpenReceiptPDF(ctx context.Context, a identity.Actor, id casework.ID) (*File, error) {
	e, err := s.guestCase(ctx, a, id)
	if err != nil {
		return nil, err
	}
	return s.receiptPDF(ctx, e, a.Lang)
}

// OpenCopyPDF is what was handed in, as a document.
func (s *Service) OpenCopyPDF(ctx context.Context, a identity.Actor, id casework.ID) (*File, error) {
	e, err := s.guestCase(ctx, a, id)
	if err != nil {
		return nil, err
	}
	return s.copyPDF(ctx, e, e.Case.Applicant())
}

// DraftService tells which service a draft of the actor's is for.
func (s *Service) DraftService(ctx context.Context, a identity.Actor, id string) (ServiceView, error) {
	_, _, sv, err := s.draftAsIs(ctx, a, id)
	return sv, err
}
