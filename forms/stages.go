package forms

// Stage is one step of the inner handling of a case, beside its state: a way of working that a board has agreed on (need E8b: needs
// analysis → decision → pre-study → decision → build → hand over). Officers see stages, submitters never do; one who gave an address is
// told neutrally that the case has moved on when Tell says so.
//
// A case begins in the first stage. A form ends its cases in one way: by a decision, by a delivery, or by a stage that closes.
type Stage struct {
	ID    string `yaml:"id"`
	Title string `yaml:"title"`
	// Who is responsible in this stage: a function, not a person (need E8).
	Who    string   `yaml:"who"`
	Next   []string `yaml:"next"`   // ids of the stages that a case may move to from here
	Closes bool     `yaml:"closes"` // the case is closed here
	Tell   bool     `yaml:"tell"`   // the submitter is told that the case has moved on
}

// Stage gives a stage by its id.
func (m *Meta) Stage(id string) (Stage, bool) {
	for _, s := range m.Stages {
		if s.ID == id {
			return s, true
		}
	}
	return Stage{}, false
}

// Moves are the stages that a case may go to from the one it is in.
func (m *Meta) Moves(from string) []Stage {
	at, _ := m.Stage(from)
	var out []Stage
	for _, id := range at.Next {
		if s, ok := m.Stage(id); ok {
			out = append(out, s)
		}
	}
	return out
}

// Open reports that the service is used without login: whoever fills it in is known by the browser alone, and by what he or she chooses
// to write.
func (m *Meta) Open() bool { return m.Login == 0 }

// ByStaff reports whether officers alone begin cases of the form, and name those who take part.
func (m *Meta) ByStaff() bool { return m.Audience == "staff" }

// noticeDays is how long before its last day a draft's owner is told, where the form does not say.
const noticeDays = 3

// NoticeDays is how many days before its last day a draft's owner is told.
func (m *Meta) NoticeDays() int {
	if m.DraftNotice > 0 {
		return m.DraftNotice
	}
	return noticeDays
}
