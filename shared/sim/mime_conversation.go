package sim

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"regexp"
	"slices"
	"strings"
	"time"
)

var messageIDs = regexp.MustCompile(`<[^<>\s]{1,998}>`)

// conversation tells which conversation a mail belongs to, and its place in
// it. A Thread-Index, as Outlook and Exchange write it, carries both; without
// one the conversation follows from the Message-ID that the thread began with
// and the subject without its prefixes. Exchange starts a new conversation when
// somebody changes the subject, and so does this.
//
// https://learn.microsoft.com/openspecs/exchange_server_protocols/ms-oxomsg/9e994fbb-b839-495f-84e3-2c8c02c7dd9b
func conversation(h header, messageID, subject string, sent time.Time) (id string, index []byte) {
	index = decodeBase64([]byte(h.get("Thread-Index")))
	if len(index) < 22 || index[0] != 1 {
		root := messageID
		if started := messageIDs.FindString(h.get("References")); started != "" {
			root = started
		} else if answered := messageIDs.FindString(h.get("In-Reply-To")); answered != "" {
			root = answered
		}
		guid := sha256.Sum256([]byte(root + "\n" + strings.ToLower(topic(subject))))
		index = append(fileTime(sent), guid[:16]...)
	}
	sum := sha256.Sum256(index[6:22])
	// The ids of Outlook items begin with a version and a store, here always the same.
	key := append([]byte{0, 4, 36, 0}, sum[:]...)
	return "AAQk" + base64.URLEncoding.EncodeToString(append(key, index[6:22]...)), index
}

// fileTime is the first six bytes of a conversation index: a 1, and the upper
// bytes of the time in units of 100 ns since 1601.
func fileTime(t time.Time) []byte {
	const from1601 = 11644473600
	ticks := uint64(t.Unix()+from1601) * 10_000_000
	b := binary.BigEndian.AppendUint64(nil, ticks)
	return append([]byte{1}, b[1:6]...)
}

// topic is a subject without the prefixes of replies and forwards. Exchange
// takes any word of up to three letters before a colon for one; some languages
// have longer ones.
func topic(subject string) string {
	for {
		subject = strings.TrimSpace(subject)
		prefix, rest, ok := strings.Cut(subject, ":")
		if !ok || !isReplyPrefix(strings.ToLower(strings.TrimSpace(prefix))) {
			return subject
		}
		subject = rest
	}
}

func isReplyPrefix(word string) bool {
	switch word {
	case "antw", "betr", "doorst", "doorgest":
		return true
	}
	if len(word) == 0 || len(word) > 3 {
		return false
	}
	for _, c := range word {
		if c < 'a' || c > 'z' {
			return false
		}
	}
	return true
}

// answerIndex is the conversation index of an answer: that of the answered mail and
// five bytes more.
func answerIndex(index []byte, now time.Time) []byte {
	if len(index) < 22 {
		return index
	}
	ticks := uint32(now.Unix()) // seconds are enough to keep the order
	return append(slices.Clone(index), byte(ticks>>24), byte(ticks>>16), byte(ticks>>8), byte(ticks), 0)
}
