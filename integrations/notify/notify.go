// Package notify is the portable type for mail and text messages. What is sent is neutral: that something waits and where to
// log in, never what about (design section 8, need B5).
package notify

import "context"

// Mailer sends mail. Faults: Unavailable (try again later), Invalid (the address is refused for good).
type Mailer interface {
	Mail(ctx context.Context, m Mail) error
}

// Texter sends SMS. Faults as Mailer.
type Texter interface {
	Text(ctx context.Context, m SMS) error
}

// Mail is one message to one address.
type Mail struct {
	ID       string // stable for a retry; becomes Message-ID, so a receiver that looks sees each once
	To       string
	FromName string // the municipality
	Subject  string
	Body     string // plain text
	Lang     string
}

// SMS is one text message.
type SMS struct {
	ID   string // stable client reference
	To   string // E.164: +46701740605
	From string // at most 11 letters, the municipality
	Text string
}
