"""Chinese words that providers' errors are made of, in the English that the rules know."""

from __future__ import annotations

import re

WORDS = {
    "模型": "model", "引擎": "engine", "接口": "api", "渠道": "channel", "服务": "service", "系统": "system",
    "账户": "account", "账号": "account", "帐户": "account", "帐号": "account", "用户": "user", "组织": "organization",
    "项目": "project", "套餐": "plan", "订阅": "subscription", "地区": "region", "区域": "region", "国家": "country",
    "密钥": "api key", "令牌": "access token", "凭证": "credentials", "身份验证": "authentication",
    "鉴权": "authentication", "认证": "authentication", "登录": "login", "签名": "signature", "权限": "permission",
    "请求": "request",
    "参数": "parameter", "字段": "field", "输入": "input", "输出": "output", "内容": "content", "长度": "length",
    "余额": "balance", "额度": "credits", "配额": "quota", "限额": "limit", "上限": "limit", "限制": "limit",
    "欠费": "overdue balance", "充值": "top up credits", "付费": "paid", "并发": "concurrency limit",
    "余额不足": "insufficient balance", "额度不足": "insufficient credits", "配额不足": "insufficient quota",
    "用尽": "exhausted", "用完": "exhausted", "耗尽": "exhausted", "不足": "not enough",
    "频率": "rate limit", "速率": "rate limit", "过于频繁": "too many requests", "请求过多": "too many requests",
    "限流": "rate limit", "每分钟": "per minute", "每天": "per day",
    "访问量过大": "overloaded", "过载": "overloaded", "繁忙": "busy", "拥挤": "busy", "超时": "timed out",
    "无效": "invalid", "非法": "illegal", "不正确": "incorrect", "过期": "expired", "失效": "expired",
    "缺少": "missing", "缺失": "missing", "失败": "failed", "错误": "error", "异常": "error",
    "网络错误": "internal error", "系统错误": "internal error", "内部错误": "internal error",
    "不存在": "does not exist", "未找到": "not found", "找不到": "not found", "不支持": "not supported",
    "无权": "no permission", "无权限": "no permission", "没有权限": "no permission", "无访问权限": "no permission",
    "权限不足": "insufficient permission", "未授权": "not authorized", "未开通": "not activated",
    "未激活": "not activated", "未订阅": "not subscribed", "实名": "identity verification required",
    "不可用": "not available", "无可用": "no available", "禁用": "is disabled", "封禁": "is banned",
    "冻结": "is frozen", "停用": "is disabled", "停机": "is suspended", "下线": "is retired", "弃用": "is deprecated",
    "废弃": "is deprecated", "敏感": "sensitive content", "违规": "prohibited content", "不安全": "unsafe content",
    "不当": "inappropriate content", "过长": "too long", "超出": "exceeded", "超过": "exceeded", "达到": "reached",
    "稍后再试": "try again later", "稍后重试": "try again later", "您的": "your", "你的": "your", "该": "this",
}  # fmt: skip
HAN = re.compile(r"[\u3400-\u9fff]")
KNOWN = re.compile("|".join(sorted(WORDS, key=len, reverse=True)))
STOPS = str.maketrans({"。": ". ", "！": "! ", "？": "? ", "；": "; ", "，": ", ", "：": ": "})


def glossed(text: str) -> str:
    """The text with its Chinese words said in English; what no gloss knows falls away."""
    if not HAN.search(text):
        return text
    english = KNOWN.sub(lambda found: f" {WORDS[found.group()]} ", text.translate(STOPS))
    return HAN.sub("", english)
