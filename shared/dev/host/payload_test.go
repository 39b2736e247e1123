package host

import (
	"encoding/json"
	"testing"
	"time"

	"kantoorpost/shared/must"
)

var testSystem = system{function: "fetch", now: time.Date(2026, 1, 1, 0, 0, 0, 123456700, time.UTC),
	random: "7d3f4b7e-4f0e-4c35-9a6c-1f6a6bb4a001"}

func testMessage(text string) message {
	return message{
		id: "b7a3ed9e-9a9c-4d17-b0f5-c6b1ee3f6a10", popReceipt: "AgAAAAMAAAAAAAAA", text: text, dequeueCount: 1,
		inserted:    time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
		expires:     time.Date(2026, 1, 8, 0, 0, 0, 0, time.UTC),
		nextVisible: time.Date(2026, 1, 1, 0, 10, 0, 0, time.UTC),
	}
}

const testSys = `"sys":{"MethodName":"fetch","UtcNow":"2026-01-01T00:00:00.1234567Z","RandGuid":"7d3f4b7e-4f0e-4c35-9a6c-1f6a6bb4a001"}`

// These are the payloads that the host's source makes of the messages.
func TestAQueueMessageLooksAsTheHostSendsIt(t *testing.T) {
	const metadata = `"DequeueCount":"1","ExpirationTime":"2026-01-08T00:00:00+00:00","Id":"\"b7a3ed9e-9a9c-4d17-b0f5-c6b1ee3f6a10\"",` +
		`"InsertionTime":"2026-01-01T00:00:00+00:00","NextVisibleTime":"2026-01-01T00:10:00+00:00","PopReceipt":"\"AgAAAAMAAAAAAAAA\"",`
	for _, c := range []struct{ name, text, want string }{
		{
			"an object has its properties copied",
			`{"mailboxId":"m1","n":3}`,
			`{"Data":{"job":"\"{\\\"mailboxId\\\":\\\"m1\\\",\\\"n\\\":3}\""},"Metadata":{` + metadata + `"mailboxId":"\"m1\"","n":"\"3\"",` +
				testSys + `}}`,
		},
		{
			"plain text",
			"hello",
			`{"Data":{"job":"\"hello\""},"Metadata":{` + metadata + testSys + `}}`,
		},
		{
			"lists and triggers are not copied, objects stay objects, truth is .NET's",
			`{"mails":["a"],"myTrigger":"x","deep":{"a": [1, 2]},"on":true,"none":null}`,
			`{"Data":{"job":"\"{\\\"mails\\\":[\\\"a\\\"],\\\"myTrigger\\\":\\\"x\\\",\\\"deep\\\":{\\\"a\\\": [1, 2]},\\\"on\\\":true,` +
				`\\\"none\\\":null}\""},"Metadata":{` +
				metadata + `"deep":{"a":[1,2]},"on":"\"True\"","none":"null",` + testSys + `}}`,
		},
		{
			"half an object is plain text",
			`{"a":1`,
			`{"Data":{"job":"\"{\\\"a\\\":1\""},"Metadata":{` + metadata + testSys + `}}`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := string(queuePayload("job", testMessage(c.text), testSystem)); got != c.want {
				t.Errorf("payload\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

// A job must not use the host's names. This shows what happens when it does.
func TestAPropertyOverwritesTheHostsOfTheSameName(t *testing.T) {
	var got struct {
		Metadata struct{ DequeueCount, ID string }
	}
	must.Do(t, json.Unmarshal(queuePayload("job", testMessage(`{"id":"mine","dequeueCount":7}`), testSystem), &got))
	if got.Metadata.ID != `"mine"` || got.Metadata.DequeueCount != `"7"` {
		t.Errorf("metadata %+v", got.Metadata)
	}
}

func TestEveryTextComesThroughBothEncodings(t *testing.T) {
	for _, text := range []string{"", `"`, `\`, "a\nb\tc\u0001\u0085\u2028d", "é ü ☂ 😀 <&>", `{"a":"\"\\\u0000"}`} {
		var got struct{ Data struct{ Job string } }
		if err := json.Unmarshal(queuePayload("job", testMessage(text), testSystem), &got); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		var inner string
		if err := json.Unmarshal([]byte(got.Data.Job), &inner); err != nil {
			t.Fatalf("%q: inner: %v", text, err)
		}
		if inner != text {
			t.Errorf("%q came through as %q", text, inner)
		}
	}
}

func TestATimerLooksAsTheHostSendsIt(t *testing.T) {
	want := `{"Data":{"timer":{"Schedule":{"AdjustForDST":true},"ScheduleStatus":null,"IsPastDue":false}},"Metadata":{` + testSys + `}}`
	if got := string(timerPayload("timer", testSystem)); got != want {
		t.Errorf("payload\n%s\nwant\n%s", got, want)
	}
}
