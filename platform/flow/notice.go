package flow

import (
	"context"
	"errors"

	"samtjanst/integrations/notify"
	"samtjanst/platform/casework"
	"samtjanst/platform/directory"
	"samtjanst/platform/fault"
)

// notice is what is sent to somebody: neutral words, the same whatever it is about, and at most one link. Swedish and English stand together,
// since the language of the one who reads it is not always known.
type notice struct {
	id                  string // stable: message id and client reference, so that a receiver that looks at it sees each once
	lang                string
	subject, body, hint string
	link                string // "" none
}

// send tells a party of a case.
func (s *Service) send(ctx context.Context, c *casework.Case, f casework.Effect, to casework.Contact) (channel string, err error) {
	t, ok := s.Directory.Tenant(tenantID(c.Tenant))
	if !ok {
		return "", fault.Newf("flow.send", fault.Internal, "no tenant %s", c.Tenant)
	}
	n := caseNotice(f.Kind)
	if c.Anonymous() {
		n = openNotice(f.Kind, c.Reference)
	} else {
		n.link = s.BaseURL + "/mina-sidor"
	}
	n.id, n.lang = f.ID, c.Lang
	return s.deliver(ctx, t, to, n)
}

// deliver tries mail first and SMS where there is no mail, or the mail address is refused for good. fault.Invalid when nothing can be
// delivered, fault.Unavailable when it can be tried again.
func (s *Service) deliver(ctx context.Context, t *directory.Tenant, to casework.Contact, n notice) (channel string, err error) {
	err = fault.New("flow.deliver", fault.Invalid, nil)
	if to.Email != "" {
		body := n.body + "\n\n"
		if n.link != "" {
			body += n.link + "\n\n"
		}
		err = s.Mail.Mail(ctx, notify.Mail{ID: n.id, To: to.Email, FromName: t.Name, Lang: n.lang, Subject: n.subject + " – " + t.Name,
			Body: body + n.hint + "\n\n" + t.Name + "\n" + t.Contact.Phone + "\n"})
		if err == nil {
			return "mail", nil
		}
	}
	if to.Phone != "" && errors.Is(err, fault.Invalid) {
		text := n.body
		if n.link != "" {
			text += " " + n.link
		}
		if err = s.SMS.Text(ctx, notify.SMS{ID: n.id, To: to.Phone, From: senderName(t.Short), Text: text}); err == nil {
			return "sms", nil
		}
	}
	return "", fault.Wrap("flow.deliver", err)
}

// senderName fits a name into the eleven letters that an SMS sender has.
func senderName(s string) string {
	r := []rune(s)
	return string(r[:min(len(r), 11)])
}

const noDetails = "Vi skickar aldrig uppgifter om ärenden i mejl eller sms. / We never send details by e-mail or text message."

// caseNotice is what a party who can log in is told.
func caseNotice(k casework.EffectKind) notice {
	n := notice{
		subject: "Något väntar på dig",
		body:    "Något väntar på dig på Mina sidor. Logga in med e-legitimation. / Something is waiting for you. Log in with your e-ID.",
		hint:    noDetails,
	}
	switch k {
	case casework.EffectRemind:
		n.subject = "Påminnelse: något väntar på dig"
	case casework.EffectReceipt, casework.EffectComplete, casework.EffectDeclined, casework.EffectStage, casework.EffectTime:
		n.subject = "Det finns nytt på Mina sidor"
		n.body = "Det finns nytt för dig på Mina sidor. Logga in med e-legitimation. / There is news for you. Log in with your e-ID."
	}
	return n
}

// openNotice is what somebody is told who handed in without login: there is no page to read more on, so the reference is there to ask by.
func openNotice(k casework.EffectKind, reference string) notice {
	n := notice{
		subject: "Vi har tagit emot det du skickade in",
		body:    "Vi har tagit emot det du skickade in. Din referens är " + reference + ". / We have received what you sent in. Your reference is " + reference + ".",
		hint:    "Vill du veta mer eller säga något mer? Kontakta oss och ange referensen. / To know or say more, contact us with the reference.\n\n" + noDetails,
	}
	if k == casework.EffectTime {
		n.subject = "Tiden du har bokat är ändrad"
		n.body = "Tiden som hör till det du skickade in, med referens " + reference + ", är ändrad eller avbokad. Kontakta oss. / The time of what you sent in, " +
			"reference " + reference + ", has been changed or cancelled. Contact us."
	}
	if k == casework.EffectStage {
		n.subject = "Det du skickade in har gått vidare"
		n.body = "Det du skickade in, med referens " + reference + ", har gått vidare hos oss. / What you sent in, reference " + reference + ", has moved on."
	}
	return n
}
