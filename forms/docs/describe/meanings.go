package describe

// meanings are of keys whose name says it to who reads the code, but not to who writes a form.
var meanings = map[string]string{
	"Meta.id":           "The folder's name. Part of addresses; never changed once the service is published.",
	"Meta.title":        "What the service is called.",
	"Meta.summary":      "One sentence for the list of services.",
	"Meta.category":     "Where people look for it in the list.",
	"Meta.responsible":  "The functions that run and develop the service.",
	"Meta.class":        "Information class by KLASSA.",
	"Meta.legal":        "The acts that the service applies.",
	"Meta.overview":     "What a citizen reads before starting.",
	"Meta.parties":      "Who takes part beside the applicant.",
	"Meta.signing":      "How the application is signed.",
	"Meta.decision":     "How the authority decides.",
	"Meta.handover":     "Where granted rows are sent.",
	"Meta.retention":    "When the case is purged.",
	"Hindrance.reason":  "For the log and the author only.",
	"Hindrance.when":    "The condition; fails closed.",
	"Layout.pages":      "The pages in their order.",
	"LayoutPage.id":     "Lower-case letters, digits and hyphens; part of the page's address.",
	"Decision.outcomes": "What can be decided.",
	"Decision.grounds":  "Provisions that a decision rests on.",
	"Decision.grants":   "Rows that a positive decision gives: journeys, places, sums.",

	"Decision.delegation": "The provision by which an officer decides for the board.",
	"Outcome.grants":      "Something is granted: the rows of grants are given.",
	"Grants.columns":      "What a row holds.",
	"Delivery.ways":       "How it can be handed out.",
	"Handover.columns":    "Those of the granted columns that are sent.",
	"Retention.years":     "Years after that.",
	"Retention.basis":     "The decision to purge.",

	"Responsible.operations":  "Who answers for the service from day to day.",
	"Responsible.development": "Who changes the form.",
	"Class.k":                 "Confidentiality (konfidentialitet), 0–4.",
	"Class.r":                 "Correctness (riktighet), 0–4.",
	"Class.t":                 "Availability (tillgänglighet), 0–4.",
	"Legal.text":              "The provision, as it is cited.",
	"Legal.url":               "Where it can be read.",

	"LayoutPage.title":         "Heading of the page.",
	"LayoutPage.showWhen":      "The page exists only when this holds.",
	"LayoutPage.sections":      "Groups of fields; one is enough.",
	"LayoutSection.title":      "Heading of the section.",
	"LayoutSection.help":       "Markdown under the heading.",
	"LayoutSection.showWhen":   "The section exists only when this holds.",
	"LayoutSection.fields":     "Controls, shown facts and notices in their order.",
	"LayoutField.hint":         "One line under the label; else the schema's description.",
	"LayoutField.widget":       "Another control than the kind's usual one.",
	"LayoutField.prefix":       "Before the control.",
	"LayoutField.suffix":       "After the control: a unit.",
	"LayoutField.autocomplete": "Token by which the browser fills in: email, tel, street-address.",
	"LayoutField.inputMode":    "Keyboard of a phone; follows from the format where it is not said.",
	"LayoutField.showWhen":     "The field exists only when this holds.",

	"Table.key":  "Columns that tell the rows of one day apart; none when there is one row at a time.",
	"Table.rows": "{from, to, column: value …}: without to a row holds until the next of the same key begins, without from it has always held.",

	"Scenario.title":    "What the example shows.",
	"Scenario.facts":    "What the registers say.",
	"Scenario.settings": "The municipality's values, over those of form.yaml.",
	"Scenario.hindered": "The reason of the hindrance that stops it; nothing more is checked.",
	"Scenario.steps":    "The applicant's pages, filled in and posted in this order.",
	"Scenario.others":   "Other parties who fill their own sections.",
	"Scenario.expect":   "What must come of it all.",
	"Step.page":         "Id of the page; of one that is asked for each row with the row's number, skola.2.",
	"Step.stopped":      "A notice of kind stop must stand on the page afterwards.",
	"Other.role":        "Role of the party, as in parties.",
	"Other.pages":       "The pages that the party must see.",
	"Other.steps":       "The party's pages.",
	"Expect.pages":      "The pages that are shown, in their order.",
	"Expect.computed":   "Name → value.",
	"Expect.options":    "Pointer → values that can be chosen.",
	"Expect.subject":    "What lists show.",
	"Expect.unique":     "The key of a second application for the same thing.",
}

// itself are keys that need no more words than their own, wherever they stand.
var itself = map[string]bool{"id": true, "title": true, "text": true, "url": true, "name": true, "role": true}

// meaning of a key: the comment in the source, and where that is silent the words here.
func meaning(structName string, k Key) string {
	if k.Doc != "" {
		return k.Doc
	}
	return meanings[structName+"."+k.Name]
}

// Silent lists keys of which nobody has said what they mean, and meanings that belong to no key.
func Silent(s *Source) (silent, stray []string) {
	used := map[string]bool{}
	for _, f := range Files {
		for _, one := range s.Structs(f.Type) {
			for _, k := range one.Keys {
				at := one.Name + "." + k.Name
				used[at] = true
				if k.Doc == "" && !itself[k.Name] {
					silent = append(silent, at)
				}
			}
		}
	}
	for at := range meanings {
		if !used[at] {
			stray = append(stray, at)
		}
	}
	return silent, stray
}
