"""Identifiers: one type per kind of thing, all UUIDs."""

from typing import NewType
from uuid import UUID

PersonId = NewType("PersonId", UUID)
ConversationId = NewType("ConversationId", UUID)
MessageId = NewType("MessageId", UUID)
VideoCallId = NewType("VideoCallId", UUID)
VideoMessageId = NewType("VideoMessageId", UUID)
VideoSendId = NewType("VideoSendId", UUID)
CreditLotId = NewType("CreditLotId", UUID)
PromptId = NewType("PromptId", UUID)
ReportId = NewType("ReportId", UUID)
ServiceKeyId = NewType("ServiceKeyId", UUID)
LoginSessionId = NewType("LoginSessionId", UUID)
EventId = NewType("EventId", UUID)
WebhookEndpointId = NewType("WebhookEndpointId", UUID)
UsageSessionId = NewType("UsageSessionId", UUID)
ReferralId = NewType("ReferralId", UUID)
ReferralRewardId = NewType("ReferralRewardId", UUID)
QuoteId = NewType("QuoteId", UUID)
PaymentId = NewType("PaymentId", UUID)
SubscriptionId = NewType("SubscriptionId", UUID)
RefundId = NewType("RefundId", UUID)
CompanionSessionId = NewType("CompanionSessionId", UUID)
ObservationId = NewType("ObservationId", UUID)
