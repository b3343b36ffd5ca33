package answers

import (
	"time"

	"samtjanst/forms"
)

// OpWeek shows other times of a booking: those from the day on that is the pointer's last token. What has been filled in is saved.
const OpWeek = "week"

// week keeps on the page which of a booking's times are shown: those that were asked for, else those that stood there.
func (d *decoder) week(f *forms.Field, at place) {
	if f.Booking == "" {
		return
	}
	day := d.post.Get(Window(at.post))
	if d.out.Op == OpWeek && string(d.out.At.Up()) == posted(at.post) {
		day = d.out.At.Last()
	}
	if _, err := time.Parse(time.DateOnly, day); err == nil {
		d.out.Typed[Window(at.to)] = day
	}
}
