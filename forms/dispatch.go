package forms

// Dispatch sends a decision that has been taken on to another authority.
type Dispatch struct {
	To    string     `yaml:"to"`    // whom, as the board's list of recipients knows them: "court", "police", "ward"
	Title string     `yaml:"title"` // as the officer reads it: "Förvaltningsrätten, underställning"
	When  *Condition `yaml:"when"`  // absent: always
	// Document is the name of a covering letter, "" none. It may say all that the decision says.
	Document string `yaml:"document"`
	// Attach names what goes with it: "decision" (with its signatures), "answers", "attachments".
	Attach []string `yaml:"attach"`
	// Fulfils names limits that are met when it has gone: when there is a receipt, or when the officer has handed it over.
	Fulfils []string `yaml:"fulfils"`
}

// Letter is written to people of whom the answers tell and who are no parties here: guardians, a ward's principal. Whatever has audience
// officer (a place of stay that is secret, who reported) is absent from what its document can say.
type Letter struct {
	ID       string     `yaml:"id"`
	Title    string     `yaml:"title"`
	To       string     `yaml:"to"`       // CEL giving a list of {name, address} to whom it goes
	When     *Condition `yaml:"when"`     // absent: always
	Document string     `yaml:"document"` // document name
}
